import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { DataSourceId } from "../../model/ids.ts";
import type { Parameters } from "../parameters.ts";

/**
 * The data source whose link an app takes back because its user withholds the advertising ID, or null
 * ("DCS and visitor-ID service", Request of the visitor-ID service).
 */
export function readWithheldSource(
  parameters: Parameters,
  partner: PartnerCatalog,
): DataSourceId | null {
  if (firstValue(parameters, "device_consent") !== "0") return null;
  const id = partner.dataSourcesByCode.get(firstValue(parameters, "d_consent_ic") ?? "");
  if (id === undefined) return null;
  return partner.dataSources.get(id)?.idType === "DEVICE_ADVERTISING_ID" ? id : null;
}

function firstValue(parameters: Parameters, name: string): string | null {
  const index = parameters.names.indexOf(name);
  return index === -1 ? null : parameters.valueAt(index);
}
