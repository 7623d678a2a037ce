// What is known of one device or one declared ID, and the change that a call makes to it.

import type { SegmentId, TraitId } from "./ids.ts";

/** One trait on one profile: when it was realized, and how often on which day. */
export interface TraitRecord {
  readonly sid: TraitId;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** UTC day number and count in turn, days ascending: `[day, count, day, count, …]`. */
  readonly days: readonly number[];
}

export interface Profile {
  /** Milliseconds since the epoch; 0 for a profile that was never seen. */
  readonly lastSeen: number;
  /** Ascending by sid, none twice. Records whose TTL has run out may still be here. */
  readonly traits: readonly TraitRecord[];
  /** Segments as last announced, ascending by sid. */
  readonly membership: readonly Membership[];
}

export interface Membership {
  readonly sid: SegmentId;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export const EMPTY_PROFILE: Profile = { lastSeen: 0, traits: [], membership: [] };

/** A trait realized by a call, with the trait's life in days (0 = never expires). */
export interface Realization {
  readonly sid: TraitId;
  readonly ttlDays: number;
}

/**
 * What a call changes on one profile. Deltas commute: applied in any order they give one profile, so
 * that concurrent calls lose nothing and every store means the same.
 */
export interface ProfileDelta {
  /** Time of the call, milliseconds since the epoch. */
  readonly at: number;
  readonly realized: readonly Realization[];
  readonly gained: readonly SegmentId[];
  readonly lost: readonly SegmentId[];
  /** Days before this one may be folded into one count: no rule in use can tell them apart. */
  readonly foldBeforeDay: number;
}
