// Which segments is the visitor in now, and what has changed since it was last said?

import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import type { PartnerCatalog } from "../catalog/snapshot.ts";
import type { SegmentId } from "../model/ids.ts";
import type { Membership, Profile } from "../model/profile.ts";

export interface Qualification {
  /** Every active segment that the visitor is in, ascending. */
  readonly segments: readonly SegmentId[];
  readonly gained: readonly SegmentId[];
  readonly lost: readonly SegmentId[];
}

export const NO_QUALIFICATION: Qualification = { segments: [], gained: [], lost: [] };

/**
 * Evaluates each group of segments under its own merge rule, for a visitor of whom the device's profile
 * alone is known. Compared is what was last announced, not the profile a moment ago: a trait that has
 * expired, or a rule that was edited, must be noticed too.
 */
export function qualify(partner: PartnerCatalog, profile: Profile, now: number): Qualification {
  const segments: SegmentId[] = [];
  for (const group of partner.segmentGroups) {
    if (!readsDevice(group.mergeRule)) continue;
    for (const sid of group.index.qualified(profile, now).segments) segments.push(sid);
  }
  if (partner.segmentGroups.length > 1) segments.sort((a, b) => a - b);
  return { segments, ...changesSince(profile.membership, segments, partner) };
}

/**
 * Whether a rule reads the device's profile in real time. A rule that reads none leaves its segments
 * as they were ("Audience model", Evaluation and membership).
 */
function readsDevice(rule: MergeRuleDefinition): boolean {
  return rule.device === "DEVICE" || rule.device === "PROFILE_LINK" || rule.device === "EXTERNAL";
}

function changesSince(
  membership: readonly Membership[],
  segments: readonly SegmentId[],
  partner: PartnerCatalog,
): { gained: SegmentId[]; lost: SegmentId[] } {
  const gained: SegmentId[] = [];
  const lost: SegmentId[] = [];
  let next = 0;
  // Both lists ascend, so one walk over the two is enough.
  for (const { sid } of membership) {
    while (next < segments.length && (segments[next] ?? sid) < sid)
      pushAt(gained, segments, next++);
    if (segments[next] === sid) next++;
    else if (isLost(sid, partner)) lost.push(sid);
  }
  while (next < segments.length) pushAt(gained, segments, next++);
  return { gained, lost };
}

/** A segment that was deleted is left; one that is paused, or was not evaluated, is not. */
function isLost(sid: SegmentId, partner: PartnerCatalog): boolean {
  if (partner.pausedSegments.has(sid)) return false;
  const segment = partner.segments.get(sid);
  return segment === undefined || readsDevice(segment.mergeRule);
}

function pushAt(list: SegmentId[], from: readonly SegmentId[], index: number): void {
  const sid = from[index];
  if (sid !== undefined) list.push(sid);
}
