import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { AuthState, DeclaredId, Identity } from "../../model/identity.ts";
import type { DataSourceId, DeviceId } from "../../model/ids.ts";

/** Whom a call is about, once its IDs have been checked, linked and found not to be opted out. */
export interface Visit {
  readonly partner: PartnerCatalog;
  readonly device: DeviceId;
  /** The declared IDs that the call names, in its order. */
  readonly ids: readonly StatedId[];
  /** The device's, as it is after the call's own links; without links where nobody asks for it. */
  readonly identity: Identity;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface StatedId extends DeclaredId {
  readonly state: AuthState;
}

/** Whether a partner's calls need the identity of their device even where they name no ID. */
export function needsIdentity({ mergeNeeds }: PartnerCatalog): boolean {
  const { lastAuthenticated, computedTraits } = mergeNeeds;
  return lastAuthenticated || (computedTraits?.bySyncedSource.size ?? 0) > 0;
}

/**
 * The ID of a data source that is logged in with the call: of several the last one named. Only IDs of
 * sources that have authenticated profiles log in.
 */
export function loggedIn({ partner, ids }: Visit, dataSourceId: DataSourceId): StatedId | null {
  if (partner.dataSources.get(dataSourceId)?.authenticatedProfile !== true) return null;
  return ids.findLast((one) => one.dataSourceId === dataSourceId && one.state === 1) ?? null;
}

export function isSameId(one: DeclaredId, other: DeclaredId): boolean {
  return one.dataSourceId === other.dataSourceId && one.id === other.id;
}
