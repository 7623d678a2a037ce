// Why is a visitor in a segment, or not? Answered as a call of the visitor that realizes nothing would be: the
// same merge rule, the same profiles, the same compiled rule, with everything written down. The front door of
// this room.

import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import type { SegmentFacts } from "../../catalog/snapshot.ts";
import type { SegmentId, TraitId } from "../../model/ids.ts";
import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import { expiresAt } from "../../model/time.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import type { VisitorStore } from "../../profiles/visitor-store.ts";
import type { Need, SegmentProof } from "../../rules/segment-index/segment-index.ts";
import {
  lifeDaysOf,
  planReads,
  readForRule,
  type Visit,
  type WholePlan,
} from "../qualify/qualify.ts";
import { type Evidence, evidenceOf, profileName, traitsAsked } from "./evidence.ts";
import { profileAt } from "./profile-at.ts";
import { summarize } from "./summarize.ts";
import { heldBackOf, heldBackSentence, type ToldDestination } from "./told.ts";

export type { StatedId, Visit } from "../qualify/qualify.ts";
export type { Evidence, ProfileEvidence } from "./evidence.ts";
export { type ToldDestination, toldDestinations } from "./told.ts";

export type SegmentExplanation =
  | EvaluatedSegment
  /** Nobody is evaluated for a paused segment: who is in it stays in. */
  | { readonly kind: "paused"; readonly member: boolean; readonly summary: readonly string[] }
  /** The merge rule reads nothing of this visitor. */
  | {
      readonly kind: "not-read";
      readonly member: false;
      readonly mergeRule: ExplainedMergeRule;
      readonly summary: readonly string[];
    };

export interface EvaluatedSegment {
  readonly kind: "evaluated";
  readonly member: boolean;
  /** When the answer may next be another one by itself; null: never. */
  readonly changesAt: number | null;
  /** What is missing; null for a member, empty where nothing that could happen would do. */
  readonly needs: readonly Need[] | null;
  readonly mergeRule: ExplainedMergeRule;
  /** What the merge rule reads, the visitor's device first. */
  readonly profiles: readonly ReadProfile[];
  readonly rule: SegmentProof;
  /** What is known of the traits that the rule asks for, as far as the visitor has any. */
  readonly evidence: readonly Evidence[];
  /** Destinations that are not told of a member of the segment now, because of their caps. */
  readonly heldBack: readonly ToldDestination[];
  /** The same in sentences. */
  readonly summary: readonly string[];
}

export interface ExplainedMergeRule {
  readonly mergeRuleId: number;
  readonly name: string;
  readonly crossDevice: MergeRuleDefinition["crossDevice"];
  readonly device: MergeRuleDefinition["device"];
}

export interface ReadProfile {
  readonly profile: string;
  /** 0 for one that was never seen. */
  readonly lastSeen: number;
  /** When it reads as empty, unless it is seen again; null for one that was never seen. */
  readonly expiresAt: number | null;
  /** Since when the segment was last announced for this profile; null where it was not. */
  readonly memberSince: number | null;
}

export interface TraitExplanation {
  readonly kind: "trait";
  readonly member: boolean;
  readonly ttlDays: number;
  readonly evidence: Evidence | null;
  readonly summary: readonly string[];
}

type Store = Pick<VisitorStore, "load" | "loadIdentities" | "graphs">;

/** Null for a segment that the partner does not have. `visit.now` is the time asked about. */
export async function explainSegment(
  store: Store,
  visit: Visit,
  sid: SegmentId,
): Promise<SegmentExplanation | null> {
  const facts = visit.partner.segments.get(sid);
  const plan = await wholePlanOf(store, visit);
  const stored = (await store.load(plan.profiles)).map((one) => profileAt(one, visit.now));
  if (facts === undefined) {
    return visit.partner.pausedSegments.has(sid) ? explainPaused(stored, sid) : null;
  }
  const mergeRule = describeMergeRule(facts);
  const reads = plan.rules.find(({ group }) => group.mergeRule === facts.mergeRule);
  if (reads === undefined) return { kind: "not-read", member: false, mergeRule, summary: NOT_READ };

  const merged = readForRule(visit, plan, stored, reads.places);
  const rule = reads.group.index.explain(sid, merged, visit.now);
  if (rule === null) return null;
  const read = reads.places.flatMap((place) => {
    const key = plan.profiles[place];
    const profile = stored[place];
    return key === undefined || profile === undefined ? [] : [{ key, profile }];
  });
  const evidence = traitsAsked(rule).flatMap(
    (trait) => evidenceOf(visit, read, merged, trait) ?? [],
  );
  const [device = EMPTY_PROFILE] = stored;
  const heldBack = rule.holds ? heldBackOf(visit.partner, sid, device, visit.now) : [];
  return {
    kind: "evaluated",
    member: rule.holds,
    changesAt: rule.changesAt,
    needs: rule.needs,
    mergeRule,
    profiles: read.map((one) => describeProfile(visit, one, sid)),
    rule,
    evidence,
    heldBack,
    summary: [...summarize(rule, evidence), ...heldBack.map(heldBackSentence)],
  };
}

/** Whether the device, or who is logged in on it, holds a trait; null for one that the partner does not have. */
export async function explainTrait(
  store: Store,
  visit: Visit,
  sid: TraitId,
): Promise<TraitExplanation | null> {
  const trait = visit.partner.traits.get(sid);
  if (trait === undefined) return null;
  const plan = await wholePlanOf(store, visit);
  const keys = plan.profiles;
  const stored = (await store.load(keys)).map((one) => profileAt(one, visit.now));
  const places = keys.map((_, place) => place);
  const merged = readForRule(visit, plan, stored, places);
  const read = keys.flatMap((key, place) => {
    const profile = stored[place];
    return profile === undefined ? [] : [{ key, profile }];
  });
  const evidence = evidenceOf(visit, read, merged, sid);
  const member = evidence?.live ?? false;
  const summary = [evidence === null ? `Trait ${sid} was never realized.` : evidence.summary];
  return { kind: "trait", member, ttlDays: trait.ttlDays, evidence, summary };
}

const NOT_READ = [
  "The segment's merge rule reads nothing of this visitor: nobody is logged in whom it would read.",
];

function explainPaused(stored: readonly Profile[], sid: SegmentId): SegmentExplanation {
  const member = stored.some(({ membership }) => membership.some((one) => one.sid === sid));
  const summary = ["The segment is inactive: nobody enters it, and who is in it stays in."];
  return { kind: "paused", member, summary };
}

async function wholePlanOf(store: Store, visit: Visit): Promise<WholePlan> {
  let plan = planReads(visit);
  while (plan.kind === "unfinished") {
    const { identities, clusters } = plan.wanted;
    const found = {
      identities: await store.loadIdentities(identities),
      clusters: await Promise.all(
        clusters.map(({ dataSourceId, device }) => store.graphs.clusterOf(dataSourceId, device)),
      ),
    };
    plan = plan.given(found);
  }
  return plan;
}

function describeMergeRule({ mergeRule }: SegmentFacts): ExplainedMergeRule {
  const { mergeRuleId, name, crossDevice, device } = mergeRule;
  return { mergeRuleId, name, crossDevice, device };
}

function describeProfile(
  { partner }: Visit,
  { key, profile }: { readonly key: ProfileKey; readonly profile: Profile },
  sid: SegmentId,
): ReadProfile {
  const { lastSeen, membership } = profile;
  return {
    profile: profileName(key),
    lastSeen,
    expiresAt: lastSeen === 0 ? null : expiresAt(lastSeen, lifeDaysOf(key, partner)),
    memberSince: membership.find((one) => one.sid === sid)?.since ?? null,
  };
}
