import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { Identity } from "../../model/identity.ts";
import type { DataSourceId } from "../../model/ids.ts";
import { lastSynced } from "../../model/links.ts";
import type { AcceptedId } from "./declared-ids.ts";

export interface KnownDeclaredIds {
  readonly partner: PartnerCatalog;
  /** Of this call. */
  readonly ids: readonly AcceptedId[];
  /** What is stored of the device. */
  readonly identity: Identity;
  readonly now: number;
}

/**
 * The visitor's ID in a data source, for the macros of destinations: an ID of this call, else the most
 * recent link of the device. Only of data sources that the partner may use; never what the platform
 * keeps for itself under data source 0.
 */
export function declaredIdFor(known: KnownDeclaredIds, dataSourceId: DataSourceId): string | null {
  const { partner, ids, identity, now } = known;
  if (dataSourceId === 0 || !partner.dataSources.has(dataSourceId)) return null;
  const named = ids.findLast((id) => id.dataSourceId === dataSourceId);
  return named?.id ?? lastSynced(identity, dataSourceId, now)?.id ?? null;
}
