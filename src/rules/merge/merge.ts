// Several stored profiles read as one ("Audience model", Read and merge). The front door of merging.

import type { TraitId } from "../../model/ids.ts";
import { EMPTY_PROFILE, type Profile, type TraitRecord } from "../../model/profile.ts";
import { expiresAt, profileExpiresAt } from "../../model/time.ts";
import { mergeRecords } from "./merge-records.ts";
import type { ProfileSource, SourcedRecord } from "./profile-source.ts";

export { withComputedTraits } from "./computed-traits.ts";
export { MAX_MERGED_DEVICES, type PersonDevice, profileLinkDevices } from "./profile-link.ts";
export type { ProfileSource } from "./profile-source.ts";

/** The life of a trait in days, 0 = never ends; null for a trait that does not exist any more. */
export type TraitLife = (sid: TraitId) => number | null;

/**
 * What is known of a visitor whose profiles these are, at a time (milliseconds since the epoch). With one
 * source, or one alive among several, the answer is that very profile: its records are not looked at, and
 * those that have run out are still there. Otherwise nobody is said to be a member of anything: each of
 * the sources was told for itself.
 */
export function mergeProfiles(
  sources: readonly ProfileSource[],
  ttlDaysOf: TraitLife,
  now: number,
): Profile {
  const alive = sources.filter(
    ({ profile, lifeDays }) => now < profileExpiresAt(profile.lastSeen, lifeDays),
  );
  const [first] = alive;
  if (first === undefined) return EMPTY_PROFILE;
  if (alive.length === 1) return first.profile;
  return {
    lastSeen: alive.reduce((latest, { profile }) => Math.max(latest, profile.lastSeen), 0),
    traits: mergeTraits(alive, ttlDaysOf, now),
    membership: [],
  };
}

/** A record that has run out in its own source adds nothing, even where the trait lives on in another. */
function mergeTraits(
  sources: readonly ProfileSource[],
  ttlDaysOf: TraitLife,
  now: number,
): TraitRecord[] {
  const recordsByTrait = new Map<TraitId, SourcedRecord[]>();
  for (const source of sources) {
    for (const record of source.profile.traits) {
      const ttlDays = ttlDaysOf(record.sid);
      if (ttlDays === null || now >= expiresAt(record.last, ttlDays)) continue;
      const records = recordsByTrait.get(record.sid);
      if (records === undefined) recordsByTrait.set(record.sid, [{ source, record }]);
      else records.push({ source, record });
    }
  }
  return [...recordsByTrait]
    .sort(([one], [other]) => one - other)
    .map(([sid, records]) => mergeRecords(sid, records));
}
