// Which segments is the visitor in now, and what has changed since that was last said? The front door of
// this room. On a call in order: `planWrites`; `planReads`, given what it wants until it is whole; the
// plan's profiles loaded; `qualifyAll`.

import { applyDelta } from "../../model/apply-delta.ts";
import type { SegmentId } from "../../model/ids.ts";
import { EMPTY_PROFILE, latestOrder, type Profile, UNREAD_PROFILE } from "../../model/profile.ts";
import { invariant } from "../../model/result.ts";
import { profileExpiresAt } from "../../model/time.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import { mergeProfiles, type ProfileSource, withComputedTraits } from "../../rules/merge/merge.ts";
import { computedHoldings } from "./computed-holdings.ts";
import { leavingAll, type MembershipChanges, membershipChanges } from "./membership-changes.ts";
import type { RuleReads, WholePlan } from "./profile-plan.ts";
import { isSameId, type Visit } from "./visit.ts";
import { deltaOn, lifeDaysOf } from "./write-plan.ts";

export {
  type Found,
  planReads,
  type ReadPlan,
  type Wanted,
  type WholePlan,
} from "./profile-plan.ts";
export { needsIdentity, type StatedId, type Visit } from "./visit.ts";
export { declaredKey, lifeDaysOf, planWrites } from "./write-plan.ts";

const NO_SEGMENTS: readonly SegmentId[] = [];
const NOTHING_TOLD: MembershipChanges = { gained: [], lost: [], evidence: [] };

export interface Qualification {
  /** Every active segment that the visitor is in, each under its own merge rule, ascending. */
  readonly segments: readonly SegmentId[];
  /** The segments that the visitor has just left, for those who are told on the page. */
  readonly lost: readonly SegmentId[];
  /** All that the call changes of profiles: the one of its device first. */
  readonly changes: readonly ProfileChange[];
  /** The device's profile as it stands with the call; null where it could not be read. */
  readonly device: Profile | null;
}

/** What remains where segments could not be evaluated: what the call realized is kept all the same. */
export function notQualified(writes: readonly ProfileChange[]): Qualification {
  return { segments: [], lost: [], changes: writes, device: null };
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
  const [device] = stored;
  const [sighting] = writes;
  const isAlone = plan.profiles.length === 1 && writes.length === 1;
  if (isAlone && device !== undefined && sighting !== undefined) {
    return qualifyDevice(visit, plan, device, sighting);
  }
  const sightings = plan.profiles.map((key) => writeOf(key, writes));
  const profiles = plan.profiles.map((key, place) =>
    afterCall(visit, key, stored[place] ?? EMPTY_PROFILE, sightings[place]),
  );
  const held = heldUnderRules(visit, plan, profiles);
  const told = plan.profiles.map((key, place) => {
    const profile = profiles[place] ?? EMPTY_PROFILE;
    const { rules, segments } = readingOf(plan, held, place);
    return membershipChanges({ visit, key, profile, rules, held: segments });
  });
  const changes = plan.profiles.map((key, place) => {
    const after = profiles[place] ?? EMPTY_PROFILE;
    const changes = told[place] ?? NOTHING_TOLD;
    const sighting = sightings[place];
    const before = stored[place];
    return sighting === undefined || before === undefined
      ? changeOf(sighting ?? unseen(visit, key), after, changes)
      : sightedChange(sighting, before, after, changes);
  });
  for (const write of writes) if (!sightings.includes(write)) changes.push(write);
  return {
    segments: ascending(held),
    lost: lostOnPage(visit, plan, told),
    changes: changes.length === 1 ? changes : changes.filter(changesSomething),
    device: stored[0] === UNREAD_PROFILE ? null : (profiles[0] ?? null),
  };
}

/** `qualifyAll` where only a device is read and written, as of most calls. */
function qualifyDevice(
  visit: Visit,
  plan: WholePlan,
  stored: Profile,
  sighting: ProfileChange,
): Qualification {
  const { key, delta } = sighting;
  const profile = applyDelta(stored, delta);
  const held = ascending(heldUnderRules(visit, plan, [profile]));
  const told = membershipChanges({ visit, key, profile, rules: plan.rules, held });
  return {
    segments: held,
    lost: told.lost,
    changes: [sightedChange(sighting, stored, profile, told)],
    device: stored === UNREAD_PROFILE ? null : profile,
  };
}

/** By rule of the plan, the segments that hold on what it reads. */
function heldUnderRules(
  visit: Visit,
  plan: WholePlan,
  profiles: readonly Profile[],
): readonly (readonly SegmentId[])[] {
  return plan.rules.map(({ group, places }) => {
    const merged = mergeForRule(visit, plan, profiles, places);
    return group.index.qualified(merged, visit.now).segments;
  });
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

/** What a rule reads of a plan's profiles as they are stored, as one profile. */
export function readForRule(
  visit: Visit,
  plan: WholePlan,
  stored: readonly Profile[],
  places: readonly number[],
): Profile {
  const profiles = plan.profiles.map((key, place) =>
    afterCall(visit, key, stored[place] ?? EMPTY_PROFILE, undefined),
  );
  return mergeForRule(visit, plan, profiles, places);
}

/** What a rule reads, as one profile. */
function mergeForRule(
  visit: Visit,
  plan: WholePlan,
  profiles: readonly Profile[],
  places: readonly number[],
): Profile {
  const merged = mergeStored(visit, plan, profiles, places);
  const traits = visit.partner.mergeNeeds.computedTraits;
  if (traits === null) return merged;
  const held = computedHoldings(visit, plan, profiles, { places, traits });
  return withComputedTraits(merged, traits.sids, held);
}

function mergeStored(
  visit: Visit,
  plan: WholePlan,
  profiles: readonly Profile[],
  places: readonly number[],
): Profile {
  const [only = 0] = places;
  // Whose life is over reads as empty already.
  if (places.length === 1) return profiles[only] ?? EMPTY_PROFILE;
  const { partner, now } = visit;
  const sources = places.map((place) => sourceOf(visit, plan.profiles[place], profiles[place]));
  return mergeProfiles(sources, (sid) => partner.traits.get(sid)?.ttlDays ?? null, now);
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
function readingOf(
  { rules }: WholePlan,
  held: readonly (readonly SegmentId[])[],
  place: number,
): { readonly rules: readonly RuleReads[]; readonly segments: readonly SegmentId[] } {
  if (rules.every(({ places }) => places.includes(place))) {
    return { rules, segments: ascending(held) };
  }
  const segments = held.filter((_, at) => rules[at]?.places.includes(place));
  return {
    rules: rules.filter(({ places }) => places.includes(place)),
    segments: ascending(segments),
  };
}

/** On the page counts the device; of segments that no device can be in, whoever is logged in. */
function lostOnPage(
  { partner }: Visit,
  { profiles }: WholePlan,
  told: readonly MembershipChanges[],
): readonly SegmentId[] {
  const ofDevice = told[0]?.lost ?? NO_SEGMENTS;
  if (told.length === 1) return ofDevice;
  const lists = told.map(({ lost }, place) =>
    profiles[place]?.kind === "declared"
      ? lost.filter((sid) => partner.segments.get(sid)?.mergeRule.device === "NO_DEVICE")
      : NO_SEGMENTS,
  );
  return ascending([ofDevice, ...lists]);
}

/** A change of a profile that the call does not see, for what else it may say. */
function unseen(visit: Pick<Visit, "partner" | "now">, key: ProfileKey): ProfileChange {
  return { key, delta: { ...deltaOn(key, visit), isSighting: false } };
}

/** What takes a profile out of all segments of a partner; null where it is in none. */
export function leaveSegments(
  visit: Pick<Visit, "partner" | "now">,
  key: ProfileKey,
  profile: Profile,
): ProfileChange | null {
  const change = changeOf(
    unseen(visit, key),
    profile,
    leavingAll(key, profile.membership, visit.partner),
  );
  return changesSomething(change) ? change : null;
}

/** What the call changes of a profile, with what it was told. */
function changeOf(
  change: ProfileChange,
  profile: Profile,
  changes: MembershipChanges,
): ProfileChange {
  if (!tellsSomething(changes)) return change;
  const { gained, lost, evidence } = changes;
  const { key, delta } = change;
  const told = { ...delta, gained, lost, seenOrder: latestOrder(profile) };
  return { key, delta: evidence.length === 0 ? told : { ...told, evidence } };
}

/** What a call does to a profile that it sees, and what it makes of it where that can be foreseen. */
function sightedChange(
  sighting: ProfileChange,
  before: Profile,
  after: Profile,
  changes: MembershipChanges,
): ProfileChange {
  if (before === UNREAD_PROFILE || tellsSomething(changes)) {
    return changeOf(sighting, after, changes);
  }
  const { key, delta } = sighting;
  return { key, delta, foreseen: after };
}

/** Mostly there is nothing to tell, and all that the profile knows of segments stays as it is. */
function tellsSomething({ gained, lost, evidence }: MembershipChanges): boolean {
  return gained.length + lost.length + evidence.length > 0;
}

function changesSomething({ delta }: ProfileChange): boolean {
  const { isSighting = true, gained, lost, evidence } = delta;
  return isSighting || gained.length + lost.length > 0 || evidence !== undefined;
}

function writeOf(key: ProfileKey, writes: readonly ProfileChange[]): ProfileChange | undefined {
  for (const write of writes) if (isSameKey(write.key, key)) return write;
  return undefined;
}

function isSameKey(one: ProfileKey, other: ProfileKey): boolean {
  return one.kind === "device"
    ? other.kind === "device" && one.device === other.device
    : other.kind === "declared" && isSameId(one, other);
}

/** Lists that ascend as one, without repeats. */
function ascending(lists: readonly (readonly SegmentId[])[]): readonly SegmentId[] {
  const [only] = lists;
  if (only === undefined) return NO_SEGMENTS;
  if (lists.length === 1) return only;
  return [...new Set(lists.flat())].sort((one, other) => one - other);
}
