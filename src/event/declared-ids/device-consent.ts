import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { DataSourceId } from "../../model/ids.ts";

/**
 * The data source whose link an app takes back because its user refuses the advertising ID of this
 * integration code, or null ("DCS and visitor-ID service", Request of the visitor-ID service). Other
 * IDs are no advertising IDs: nobody takes their links back so.
 */
export function withheldSource(
  refusedDeviceCode: string | null,
  { dataSources, dataSourcesByCode }: PartnerCatalog,
): DataSourceId | null {
  if (refusedDeviceCode === null) return null;
  const id = dataSourcesByCode.get(refusedDeviceCode);
  return id !== undefined && dataSources.get(id)?.idType === "DEVICE_ADVERTISING_ID" ? id : null;
}
