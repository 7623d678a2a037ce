// A call's change, merged into a profile.
//
// Deltas commute: any order gives one and the same profile, as long as
//  - none comes more than `LATENESS_MS` after a younger one was stored on that profile;
//  - all name one TTL for a trait, and one `forSeconds` for a destination;
//  - all fall on one side of the end of the profile's own life (`lifeDays`);
//  - each says what it had seen (`seenOrder`), where it changes membership;
//  - no segment has more than `MAX_EVIDENCE` pairs.
// At the cap the traits that stay are the same in any order; one that was dropped and comes again
// counts from 1. What breaks a bound, such as a clock set back by days, is still merged, but then
// order may matter.

import { changeMembership } from "./change-membership.ts";
import type { TraitId } from "./ids.ts";
import {
  EMPTY_PROFILE,
  type Profile,
  type ProfileDelta,
  type Realization,
  type TraitRecord,
} from "./profile.ts";
import { invariant } from "./result.ts";
import { addTellings, type Told } from "./tellings.ts";
import { expiresAt, utcDay } from "./time.ts";
import { addRealization, beginRecord } from "./trait-run.ts";

/** More than these, and the oldest are dropped ("Audience model", Counting and limits). */
export const MAX_TRAITS_PER_PROFILE = 150_000;

const NOTHING_TOLD: readonly Told[] = [];

export function applyDelta(profile: Profile, delta: ProfileDelta): Profile {
  invariant(
    Number.isSafeInteger(delta.at) && delta.at >= 0,
    `a call's time is a whole number of milliseconds since the epoch, not ${delta.at}`,
  );
  const isSighting = delta.isSighting ?? true;
  invariant(
    isSighting || delta.realized.length === 0,
    "traits are realized on a profile that the call has seen",
  );
  const base = hasEnded(profile, delta) ? EMPTY_PROFILE : profile;
  const lastSeen = isSighting ? Math.max(base.lastSeen, delta.at) : base.lastSeen;
  const traits = dropOldest(realize(base.traits, delta), MAX_TRAITS_PER_PROFILE);
  const { membership, left } = changeMembership(base, delta, lastSeen);
  const after =
    left.length === 0 ? { lastSeen, traits, membership } : { lastSeen, traits, membership, left };
  if (base.tellings === undefined && delta.told === undefined) return after;
  return withTellings(after, base, delta);
}

function withTellings(after: Profile, { tellings = [] }: Profile, delta: ProfileDelta): Profile {
  const { told = NOTHING_TOLD, at, isSighting = true } = delta;
  invariant(isSighting || told.length === 0, "who is told of a destination is seen");
  const { lastSeen } = after;
  const still = addTellings(tellings, { told, at, lastSeen });
  return still.length === 0 ? after : { ...after, tellings: still };
}

function hasEnded(profile: Profile, delta: ProfileDelta): boolean {
  if (delta.lifeDays === undefined || profile.lastSeen === 0) return false;
  return delta.at >= expiresAt(profile.lastSeen, delta.lifeDays);
}

function realize(traits: readonly TraitRecord[], delta: ProfileDelta): readonly TraitRecord[] {
  if (delta.realized.length === 0) return traits;
  const { at } = delta;
  const day = utcDay(at);
  // The day before stays unfolded: a call of that day may still come.
  const realizedAt = { at, day, foldBeforeDay: Math.min(delta.foldBeforeDay, day - 1) };
  const merged: TraitRecord[] = [];
  let next = 0;
  for (const realization of ascending(delta.realized)) {
    const { sid } = realization;
    while (next < traits.length && sidAt(traits, next) < sid) {
      const untouched = traits[next++];
      if (untouched !== undefined) merged.push(untouched);
    }
    const record = traits[next];
    if (record !== undefined && record.sid === sid) {
      merged.push(addRealization(record, realization, realizedAt));
      next++;
    } else {
      merged.push(beginRecord(realization, realizedAt));
    }
  }
  for (const untouched of next === 0 ? traits : traits.slice(next)) merged.push(untouched);
  return merged;
}

function sidAt(traits: readonly TraitRecord[], place: number): number {
  return traits[place]?.sid ?? Number.POSITIVE_INFINITY;
}

function ascending(realized: readonly Realization[]): readonly Realization[] {
  let previous: TraitId | undefined;
  for (const { sid } of realized) {
    if (previous !== undefined && previous > sid) return realized.toSorted((a, b) => a.sid - b.sid);
    previous = sid;
  }
  return realized;
}

/** First in, first out: by `last`, and of equals the smaller sid first. */
export function dropOldest(traits: readonly TraitRecord[], limit: number): readonly TraitRecord[] {
  const excess = traits.length - limit;
  if (excess <= 0) return traits;
  // The oldest so far, oldest first. One call adds few traits, so this list stays short.
  const oldest: TraitRecord[] = [];
  for (const record of traits) {
    const newestOfThem = oldest[excess - 1];
    if (newestOfThem !== undefined && !isOlder(record, newestOfThem)) continue;
    let place = Math.min(oldest.length, excess - 1);
    if (oldest.length === excess) oldest.pop();
    for (let before = oldest[place - 1]; before && isOlder(record, before); ) {
      before = oldest[--place - 1];
    }
    oldest.splice(place, 0, record);
  }
  const dropped = new Set(oldest);
  return traits.filter((record) => !dropped.has(record));
}

function isOlder(a: TraitRecord, b: TraitRecord): boolean {
  return a.last < b.last || (a.last === b.last && a.sid < b.sid);
}
