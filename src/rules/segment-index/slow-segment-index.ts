import type { TraitLookup } from "../segment-rule/segment-rule.ts";
import type { IndexedSegment, SegmentIndex } from "./segment-index.ts";

export function buildSlowSegmentIndex(
  _segments: readonly IndexedSegment[],
  _traits: TraitLookup,
): SegmentIndex {
  return { qualified: () => ({ segments: [], changesAt: Number.POSITIVE_INFINITY }) };
}
