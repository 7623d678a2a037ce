// Which segments is the visitor in now, and what has changed since that was last said? The front door of
// this room. On a call in order: `planWrites`; `planReads`, given what it wants until it is whole; the
// plan's profiles loaded; `qualifyAll`.

import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import { applyDelta } from "../../model/apply-delta.ts";
import type { SegmentId } from "../../model/ids.ts";
import { EMPTY_PROFILE, latestOrder, type Profile } from "../../model/profile.ts";
import { invariant } from "../../model/result.ts";
import { profileExpiresAt } from "../../model/time.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import { mergeProfiles, type ProfileSource, withComputedTraits } from "../../rules/merge/merge.ts";
import { computedHoldings } from "./computed-holdings.ts";
import { type MembershipChanges, membershipChanges, type Reading } from "./membership-changes.ts";
import type { WholePlan } from "./profile-plan.ts";
import { isSameId, type Visit } from "./visit.ts";
import { deltaOn, lifeDaysOf } from "./write-plan.ts";

export { planReads, type ReadPlan, type WholePlan } from "./profile-plan.ts";
export { needsIdentity, type StatedId, type Visit } from "./visit.ts";
export { planWrites } from "./write-plan.ts";

const NO_SEGMENTS: readonly SegmentId[] = [];

export interface Qualification {
  /** Every active segment that the visitor is in, each under its own merge rule, ascending. */
  readonly segments: readonly SegmentId[];
  /** The segments that the visitor has just left, for those who are told on the page. */
  readonly lost: readonly SegmentId[];
  /** All that the call changes of profiles: the one of its device first. */
  readonly changes: readonly ProfileChange[];
}

/** What remains where segments could not be evaluated: what the call realized is kept all the same. */
export function notQualified(writes: readonly ProfileChange[]): Qualification {
  return { segments: [], lost: [], changes: writes };
}

/**
 * Evaluates each group of segments under its own merge rule. `stored`: the profiles of the plan, in its
 * order, as they were before the call; `writes`: what the call changes of profiles by itself, whether or
 * not a rule reads them.
 */
export function qualifyAll(
  visit: Visit,
  plan: WholePlan,
  stored: readonly Profile[],
  writes: readonly ProfileChange[],
): Qualification {
  const writesByPlace = plan.profiles.map((key) => writes.find((one) => isSameKey(one.key, key)));
  const profiles = plan.profiles.map((key, place) =>
    afterCall(visit, key, stored[place] ?? EMPTY_PROFILE, writesByPlace[place]),
  );
  const held = plan.rules.map(({ group, places }) => {
    const merged = mergeForRule(visit, plan, profiles, places);
    return group.index.qualified(merged, visit.now).segments;
  });

  const changes: ProfileChange[] = [];
  const lost: (readonly SegmentId[])[] = [];
  for (const [place, key] of plan.profiles.entries()) {
    const profile = profiles[place] ?? EMPTY_PROFILE;
    const told = membershipChanges({ visit, key, profile, ...readingOf(plan, held, place) });
    lost.push(key.kind === "device" && place > 0 ? [] : lostOnPage(visit, key, told.lost));
    const change = changeOf(writesByPlace[place] ?? unseen(visit, key), profile, told);
    if (change !== null) changes.push(change);
  }
  for (const write of writes) if (!writesByPlace.includes(write)) changes.push(write);
  return { segments: ascending(held), lost: ascending(lost), changes };
}

/**
 * A profile as it stands with the call: what the call does to it is there already. One that the call
 * does not see, and whose life is over, reads as empty.
 */
function afterCall(
  { partner, now }: Visit,
  key: ProfileKey,
  stored: Profile,
  write: ProfileChange | undefined,
): Profile {
  if (write !== undefined) return applyDelta(stored, write.delta);
  const hasEnded =
    stored.lastSeen > 0 && now >= profileExpiresAt(stored.lastSeen, lifeDaysOf(key, partner));
  return hasEnded ? EMPTY_PROFILE : stored;
}

/** What a rule reads, as one profile. */
function mergeForRule(
  visit: Visit,
  plan: WholePlan,
  profiles: readonly Profile[],
  places: readonly number[],
): Profile {
  const { partner, now } = visit;
  const sources = places.map((place) => sourceOf(visit, plan.profiles[place], profiles[place]));
  const merged = mergeProfiles(sources, (sid) => partner.traits.get(sid)?.ttlDays ?? null, now);
  const traits = partner.mergeNeeds.computedTraits;
  if (traits === null) return merged;
  const held = computedHoldings(visit, plan, profiles, { places, traits });
  return withComputedTraits(merged, traits.sids, held);
}

function sourceOf(
  { partner }: Visit,
  key: ProfileKey | undefined,
  profile: Profile = EMPTY_PROFILE,
): ProfileSource {
  invariant(key !== undefined, "a rule reads profiles of its plan");
  const lifeDays = lifeDaysOf(key, partner);
  return key.kind === "device"
    ? { kind: "device", profile, lifeDays }
    : { kind: "declared", dataSourceId: key.dataSourceId, profile, lifeDays };
}

/** The rules that read the profile at a place, and the segments that hold under them. */
function readingOf(plan: WholePlan, held: readonly SegmentId[][], place: number): Reading {
  const rules: MergeRuleDefinition[] = [];
  const lists: SegmentId[][] = [];
  for (const [at, { group, places }] of plan.rules.entries()) {
    if (!places.includes(place)) continue;
    rules.push(group.mergeRule);
    lists.push(held[at] ?? []);
  }
  return { rules, held: ascending(lists) };
}

/** On the page counts the device; of segments that no device can be in, whoever is logged in. */
function lostOnPage(
  { partner }: Visit,
  key: ProfileKey,
  lost: readonly SegmentId[],
): readonly SegmentId[] {
  if (key.kind === "device") return lost;
  return lost.filter((sid) => partner.segments.get(sid)?.mergeRule.device === "NO_DEVICE");
}

/** A change of a profile that the call does not see, for what else it may say. */
function unseen(visit: Visit, key: ProfileKey): ProfileChange {
  return { key, delta: { ...deltaOn(key, visit), isSighting: false } };
}

/** What the call changes of a profile with what it was told; null where that is nothing. */
function changeOf(
  { key, delta }: ProfileChange,
  profile: Profile,
  { gained, lost, evidence }: MembershipChanges,
): ProfileChange | null {
  const isTold = gained.length + lost.length + evidence.length > 0;
  if (!isTold && delta.isSighting === false) return null;
  const seenOrder = latestOrder(profile);
  const told = { ...delta, gained, lost, seenOrder };
  return { key, delta: evidence.length === 0 ? told : { ...told, evidence } };
}

function isSameKey(one: ProfileKey, other: ProfileKey): boolean {
  return one.kind === "device"
    ? other.kind === "device" && one.device === other.device
    : other.kind === "declared" && isSameId(one, other);
}

/** Lists that ascend as one, without repeats. */
function ascending(lists: readonly (readonly SegmentId[])[]): readonly SegmentId[] {
  const [first, ...others] = lists.filter((list) => list.length > 0);
  if (first === undefined) return NO_SEGMENTS;
  if (others.length === 0) return first;
  return [...new Set(lists.flat())].sort((one, other) => one - other);
}
