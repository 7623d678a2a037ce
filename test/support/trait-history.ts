// Profiles for tests, written as what was realized when.

import { asTraitId } from "../../src/model/ids.ts";
import type { Profile, TraitRecord } from "../../src/model/profile.ts";
import { utcDay } from "../../src/model/time.ts";

/** By trait: when (milliseconds since the epoch) and how often. */
export type TraitHistory = Readonly<Record<string, readonly (readonly [number, number])[]>>;

export function profileOf(history: TraitHistory): Profile {
  const traits = Object.entries(history)
    .map(([sid, realizations]) => recordOf(Number(sid), realizations))
    .sort((one, other) => one.sid - other.sid);
  const lastSeen = traits.reduce((latest, { last }) => Math.max(latest, last), 0);
  return { lastSeen, traits, membership: [] };
}

export function recordOf(
  sid: number,
  realizations: readonly (readonly [number, number])[],
): TraitRecord {
  const times = realizations.map(([at]) => at);
  const countByDay = new Map<number, number>();
  for (const [at, count] of realizations) {
    countByDay.set(utcDay(at), (countByDay.get(utcDay(at)) ?? 0) + count);
  }
  return {
    sid: asTraitId(sid),
    first: Math.min(...times),
    last: Math.max(...times),
    days: [...countByDay].sort(([one], [other]) => one - other).flat(),
  };
}
