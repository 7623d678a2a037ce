// What an opt-out with a partner changes: the IDs are flagged, and are in no segment any more. Nothing
// historic is deleted ("DCS and visitor-ID service", Consequences).

import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { IdentityChange, IdentityKey, OptOutReason } from "../../model/identity.ts";
import { EMPTY_PROFILE } from "../../model/profile.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import { leaveSegments } from "../qualify/qualify.ts";
import type { EventWorld } from "../world.ts";

export interface OptOutRequest {
  readonly partner: PartnerCatalog;
  readonly keys: readonly IdentityKey[];
  readonly reason: OptOutReason;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Effective on every worker when it resolves. */
export async function flagOptOuts(world: EventWorld, request: OptOutRequest): Promise<void> {
  const { partner, keys, reason, now } = request;
  if (keys.length === 0) return;
  const { pid } = partner;
  const profileKeys = keys.map(
    (key): ProfileKey => (key.kind === "device" ? { ...key, pid } : key),
  );
  const leavings = async (): Promise<readonly ProfileChange[]> => {
    const profiles = await world.store.load(profileKeys);
    return profileKeys.flatMap((key, at) => {
      const change = leaveSegments({ partner, now }, key, profiles[at] ?? EMPTY_PROFILE);
      return change === null ? [] : [change];
    });
  };
  const identities = keys.map((key): IdentityChange => {
    return { kind: "opt-out", key, pid, reason, at: now };
  });
  await world.store.commitVisit({ profiles: await leavings(), identities, guard: null });
  // Calls may have joined segments since the profiles were read. Once the IDs are flagged no call can.
  const late = await leavings();
  if (late.length > 0) {
    await world.store.commitVisit({ profiles: late, identities: [], guard: null });
  }
}
