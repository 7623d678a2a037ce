// A snapshot with few changes, without compiling it anew: indexes get a thin layer over them, and everything
// else is shared with the snapshot that the step starts from, which stays as it is.

import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import {
  asDataSourceId,
  asPartnerId,
  asSegmentId,
  asTraitId,
  type PartnerId,
  type SegmentId,
  type TraitId,
} from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import {
  buildSegmentIndex,
  changeSegmentIndex,
  type IndexedSegment,
} from "../../rules/segment-index/segment-index.ts";
import type { TraitLookup } from "../../rules/segment-rule/segment-rule.ts";
import { changeTraitIndex } from "../../rules/trait-index/trait-index.ts";
import { factsOfTrait, indexedSegment, indexedTraits } from "../compile-partner.ts";
import { defaultMergeRule, mergeNeedsOf } from "../merge-rules.ts";
import type {
  CatalogSnapshot,
  PartnerCatalog,
  SegmentFacts,
  SegmentGroup,
  TraitFacts,
} from "../snapshot.ts";
import { lookupOfFacts } from "../trait-lookup.ts";
import type { ListStep, PartnerStep, WorkspaceStep } from "./workspace-step.ts";

/** The snapshot of the workspace to which the step leads from that of the base. */
export function takeStep(
  base: CatalogSnapshot,
  step: WorkspaceStep,
  revision: number,
): CatalogSnapshot {
  const changed = new Map<PartnerId, PartnerCatalog>();
  for (const partnerStep of step.partners) {
    const pid = asPartnerId(partnerStep.pid);
    const partner = base.partnersById.get(pid);
    invariant(partner !== undefined, `a step of partner ${pid} has no base`);
    changed.set(pid, changePartner(partner, partnerStep));
  }
  const exchange = <Key>(partners: ReadonlyMap<Key, PartnerCatalog>): Map<Key, PartnerCatalog> =>
    new Map([...partners].map(([key, partner]) => [key, changed.get(partner.pid) ?? partner]));
  return {
    ...base,
    revision,
    partnersByAlias: exchange(base.partnersByAlias),
    partnersByHostname: exchange(base.partnersByHostname),
    partnersByOrgId: exchange(base.partnersByOrgId),
    partnersById: exchange(base.partnersById),
  };
}

function changePartner(base: PartnerCatalog, step: PartnerStep): PartnerCatalog {
  const traits = changeTraits(base.traits, step);
  const { put } = step.traits;
  const traitIndex = changeTraitIndex(base.traitIndex, {
    retired: new Set(changedIds(step.traits).map(asTraitId)),
    added: indexedTraits(put),
    caseSensitive: base.definition.caseSensitiveTraits,
  });
  return { ...base, traits, traitIndex, ...changeSegments({ ...base, traits }, step) };
}

function changedIds({ put, removed }: ListStep<{ readonly sid: number }>): number[] {
  return [...removed, ...put.map(({ sid }) => sid)];
}

function changeTraits(
  base: PartnerCatalog["traits"],
  { traits }: PartnerStep,
): ReadonlyMap<TraitId, TraitFacts> {
  const facts = new Map(base);
  for (const sid of traits.removed) facts.delete(asTraitId(sid));
  for (const trait of traits.put) facts.set(asTraitId(trait.sid), factsOfTrait(trait));
  return facts;
}

type SegmentParts = Pick<
  PartnerCatalog,
  "segmentGroups" | "mergeNeeds" | "segments" | "pausedSegments" | "historyDays"
>;

function changeSegments(base: PartnerCatalog, step: PartnerStep): SegmentParts {
  const ruleOf = mergeRulesOf(base, step);
  const segments = new Map(base.segments);
  const pausedSegments = new Set(base.pausedSegments);
  const added = new Map<MergeRuleDefinition, IndexedSegment[]>();
  const changed = changedIds(step.segments).map(asSegmentId);
  for (const sid of changed) {
    segments.delete(sid);
    pausedSegments.delete(sid);
  }
  for (const segment of step.segments.put) {
    const sid = asSegmentId(segment.sid);
    if (segment.status === "INACTIVE") {
      pausedSegments.add(sid);
      continue;
    }
    const mergeRule = ruleOf(segment.mergeRuleId);
    segments.set(sid, { sid, legacyId: segment.legacyId, mergeRule });
    const group = added.get(mergeRule) ?? [];
    added.set(mergeRule, group);
    group.push(indexedSegment(segment));
  }
  const rulesInUse = mergeRulesInUse(segments);
  const changes = { retired: new Set(changed), added, rulesInUse };
  const lookup = lookupOfFacts(base.traits, step.folderMembers, {
    isThirdParty: (id) => base.dataSources.get(asDataSourceId(id))?.thirdParty === true,
  });
  const { computedTraits } = step.sums ?? base.mergeNeeds;
  return {
    segments,
    pausedSegments,
    segmentGroups: changeGroups(base.segmentGroups, changes, lookup),
    mergeNeeds: mergeNeedsOf([...rulesInUse], computedTraits),
    historyDays: (step.sums ?? base).historyDays,
  };
}

/** By ID, null for the default. The base's own objects come first: groups are told apart by them. */
function mergeRulesOf(
  base: PartnerCatalog,
  { pid, mergeRules }: PartnerStep,
): (mergeRuleId: number | null) => MergeRuleDefinition {
  const inBase = new Map(
    base.segmentGroups.map(({ mergeRule }) => [mergeRule.mergeRuleId, mergeRule]),
  );
  const byDefault = defaultMergeRule(pid, mergeRules);
  return (mergeRuleId) => {
    const rule =
      mergeRuleId === null
        ? byDefault
        : mergeRules.find((each) => each.mergeRuleId === mergeRuleId);
    invariant(rule !== undefined, "a segment was read and has no merge rule");
    return inBase.get(rule.mergeRuleId) ?? rule;
  };
}

function mergeRulesInUse(
  segments: ReadonlyMap<SegmentId, SegmentFacts>,
): ReadonlySet<MergeRuleDefinition> {
  const rules = new Set<MergeRuleDefinition>();
  for (const { mergeRule } of segments.values()) rules.add(mergeRule);
  return rules;
}

interface GroupChanges {
  readonly retired: ReadonlySet<SegmentId>;
  readonly added: ReadonlyMap<MergeRuleDefinition, readonly IndexedSegment[]>;
  readonly rulesInUse: ReadonlySet<MergeRuleDefinition>;
}

function changeGroups(
  base: readonly SegmentGroup[],
  { retired, added, rulesInUse }: GroupChanges,
  lookup: TraitLookup,
): SegmentGroup[] {
  const kept = base.filter(({ mergeRule }) => rulesInUse.has(mergeRule));
  const known = new Set(kept.map(({ mergeRule }) => mergeRule));
  const changed = kept.map(({ mergeRule, index }) => ({
    mergeRule,
    index: changeSegmentIndex(index, { retired, added: added.get(mergeRule) ?? [] }, lookup),
  }));
  const begun = [...added]
    .filter(([mergeRule]) => !known.has(mergeRule))
    .map(([mergeRule, segments]) => ({ mergeRule, index: buildSegmentIndex(segments, lookup) }));
  return [...changed, ...begun];
}
