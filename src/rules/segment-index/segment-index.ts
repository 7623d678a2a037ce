// Which segments is a visitor in? The front door of the segment index.

import type { SegmentId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import type { SegmentRule, TraitLookup } from "../segment-rule/segment-rule.ts";
import { FastSegmentIndex } from "./fast-segment-index.ts";
import { LayeredSegmentIndex } from "./layered-segment-index.ts";
import type { SegmentProof } from "./proof.ts";

export type { CountProof, JunctionProof, Need, PresenceProof, SegmentProof } from "./proof.ts";

export interface SegmentIndex {
  /** The segments that hold on a merged profile at a time (milliseconds since the epoch). */
  qualified(profile: Profile, now: number): Qualified;

  /** Why one of its segments holds on a merged profile at a time, or does not; null for another segment. */
  explain(sid: SegmentId, profile: Profile, now: number): SegmentProof | null;
}

export interface Qualified {
  /** Ascending, without repeats. */
  readonly segments: SegmentId[];
  /**
   * The first moment at which some answer may change by itself, a TTL or a recency window running
   * out; Infinity when none will.
   */
  readonly changesAt: number;
}

/** A segment to be indexed. Its rule has passed `checkSegmentRule` with the same lookup. */
export interface IndexedSegment {
  readonly sid: SegmentId;
  readonly rule: SegmentRule;
}

export function buildSegmentIndex(
  segments: readonly IndexedSegment[],
  traits: TraitLookup,
): SegmentIndex {
  return new FastSegmentIndex(segments, traits);
}

export interface SegmentChanges {
  /** Segments that are gone or have other rules, or other traits in them. */
  readonly retired: ReadonlySet<SegmentId>;
  /** Segments that are new, and those that changed. */
  readonly added: readonly IndexedSegment[];
}

/** The index with a few changes, for far less than what building it takes; the base stays as it is. */
export function changeSegmentIndex(
  base: SegmentIndex,
  { retired, added }: SegmentChanges,
  traits: TraitLookup,
): SegmentIndex {
  if (retired.size === 0 && added.length === 0) return base;
  return new LayeredSegmentIndex(base, retired, buildSegmentIndex(added, traits));
}
