// What is known of one device or one declared ID, and the change that a call makes to it.

import type { DeviceId, SegmentId, TraitId } from "./ids.ts";
import type { Telling, Told } from "./tellings.ts";

/** Realizations of one trait without a gap longer than the trait's life. Never empty. */
export interface TraitRun {
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /**
   * UTC day number and count in turn, days ascending: `[day, count, day, count, …]`. Begins with
   * the day of `first`, to which folded days are counted.
   */
  readonly days: readonly number[];
}

/** One trait on one profile: when it was realized, and how often on which day. */
export interface TraitRecord extends TraitRun {
  readonly sid: TraitId;
  /**
   * The run before this one, whose life ended shortly before this one began. It does not count:
   * it is kept only as long as a call that comes late may still join the two.
   */
  readonly expired?: TraitRun;
}

export interface Profile {
  /**
   * The latest call of this device, or that named this ID, in milliseconds since the epoch; 0 for a
   * profile that was never seen.
   */
  readonly lastSeen: number;
  /** Ascending by sid, none twice. Records whose TTL has run out may still be here. */
  readonly traits: readonly TraitRecord[];
  /** Segments as last announced, ascending by sid. */
  readonly membership: readonly Membership[];
  /**
   * Segments lately left, ascending by sid, left out when there are none: kept only as long as a
   * call that comes late may still say that the visitor entered.
   */
  readonly left?: readonly Membership[];
  /**
   * Of a device: the destinations with caps that it was told of, ascending by ID, left out when there are none:
   * kept only as long as a cap may ask.
   */
  readonly tellings?: readonly Telling[];
}

export interface Membership {
  readonly sid: SegmentId;
  /** Time of the call that entered (or left), milliseconds since the epoch. */
  readonly since: number;
  /**
   * Orders changes where the clock does not: of two changes the one with the greater order is the
   * later. Left out where it equals `since`.
   */
  readonly order?: number;
  /**
   * Of a declared ID whose membership is that of its pairs with devices: the pairs, of which each one
   * is reason enough ("Audience model", Evaluation and membership). Ascending by device, never empty;
   * `since` is that of the earliest of them, `order` that of the latest. In `left` they are the pairs
   * lately gone, whether or not others remain.
   */
  readonly evidence?: readonly Evidence[];
}

export interface Evidence {
  /** Null, and before all others, for membership that no pair stands for. */
  readonly device: DeviceId | null;
  readonly since: number;
  readonly order?: number;
}

export const EMPTY_PROFILE: Profile = { lastSeen: 0, traits: [], membership: [] };

/** Stands for one that could not be read: it looks empty, and nothing may be foreseen from it. */
export const UNREAD_PROFILE: Profile = { ...EMPTY_PROFILE };

/** A trait realized by a call, with the trait's life in days (0 = never expires). */
export interface Realization {
  readonly sid: TraitId;
  readonly ttlDays: number;
}

/**
 * What a call changes on one profile. Deltas commute: applied in any order they give one profile,
 * so that concurrent calls lose nothing and every store means the same. `apply-delta.ts` says
 * within which bounds.
 */
export interface ProfileDelta {
  /** Time of the call, milliseconds since the epoch. */
  readonly at: number;
  /** None twice: a call adds at most 1 to a trait. */
  readonly realized: readonly Realization[];
  readonly gained: readonly SegmentId[];
  readonly lost: readonly SegmentId[];
  /** Pairs that have become reasons for membership, or are none any more. None twice. */
  readonly evidence?: readonly EvidenceChange[];
  /** Destinations with caps that the device is told of. None twice. */
  readonly told?: readonly Told[];
  /**
   * False where the call neither came from the device nor named the ID, but changed its membership
   * all the same: the profile lives no longer for it.
   */
  readonly isSighting?: boolean;
  /** Days before this one may be folded into one count: no rule in use can tell them apart. */
  readonly foldBeforeDay: number;
  /**
   * `latestOrder` of the profile from which `gained` and `lost` were found: a change made by a call
   * that knew of another one counts as later, even when the clock stands still or was set back.
   * Without it a change counts as later than everything stored before it.
   */
  readonly seenOrder?: number;
  /**
   * The profile's own life in days after it was last seen: a profile that has ended begins anew.
   * Without it a profile never ends.
   */
  readonly lifeDays?: number;
}

/** What the pair with a device says of a segment from now on. */
export interface EvidenceChange {
  readonly sid: SegmentId;
  readonly device: DeviceId;
  readonly holds: boolean;
}

/** Membership that rests on pairs, at least one of them. */
export function membershipOn(sid: SegmentId, evidence: readonly Evidence[]): Membership {
  let since = Number.POSITIVE_INFINITY;
  let latest = 0;
  for (const pair of evidence) {
    since = Math.min(since, pair.since);
    latest = Math.max(latest, pair.order ?? pair.since);
  }
  return latest === since ? { sid, since, evidence } : { sid, since, order: latest, evidence };
}

/** The order of the latest change of membership that a profile knows of; 0 where there was none. */
export function latestOrder(profile: Profile): number {
  let latest = 0;
  for (const entry of profile.membership) latest = Math.max(latest, entry.order ?? entry.since);
  for (const entry of profile.left ?? []) latest = Math.max(latest, entry.order ?? entry.since);
  return latest;
}
