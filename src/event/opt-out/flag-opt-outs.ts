// What an opt-out with a partner changes: the IDs are flagged, and are in no segment any more. Nothing
// historic is deleted ("DCS and visitor-ID service", Consequences).

import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { IdentityChange, IdentityKey, OptOutReason } from "../../model/identity.ts";
import { latestOrder } from "../../model/profile.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import { deltaOn } from "../qualify/write-plan.ts";
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
  const profiles = await world.store.load(profileKeys);
  const leavings = profileKeys.flatMap((key, at): ProfileChange[] => {
    const profile = profiles[at];
    if (profile === undefined || profile.membership.length === 0) return [];
    const lost = profile.membership.map(({ sid }) => sid);
    const delta = deltaOn(key, { partner, now });
    return [{ key, delta: { ...delta, lost, seenOrder: latestOrder(profile), isSighting: false } }];
  });
  const identities = keys.map((key): IdentityChange => {
    return { kind: "opt-out", key, pid, reason, at: now };
  });
  await world.store.commitVisit({ profiles: leavings, identities, guard: null });
}
