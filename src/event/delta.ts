import type { PartnerCatalog } from "../catalog/snapshot.ts";
import type { TraitId } from "../model/ids.ts";
import type { ProfileDelta, Realization } from "../model/profile.ts";
import { DEVICE_LIFE_DAYS, utcDay } from "../model/time.ts";

/** What a call changes on the device's profile, before anything is known of segments. */
export function deltaOf(
  traits: readonly TraitId[],
  partner: PartnerCatalog,
  now: number,
): ProfileDelta {
  const realized: Realization[] = [];
  for (const sid of traits) {
    const trait = partner.traits.get(sid);
    if (trait !== undefined) realized.push({ sid, ttlDays: trait.ttlDays });
  }
  const foldBeforeDay = utcDay(now) - partner.historyDays;
  const lifeDays = DEVICE_LIFE_DAYS;
  return { at: now, realized, gained: [], lost: [], foldBeforeDay, lifeDays };
}
