// One partner's part of a workspace as the checks want it: rules parsed, places known.

import type {
  DestinationDefinition,
  FolderDefinition,
  PartnerDefinition,
  SegmentDefinition,
  TraitDefinition,
  Workspace,
} from "@dunlin/contract/workspace";
import { defaultMergeRule } from "../catalog/merge-rules.ts";
import { buildTraitLookup } from "../catalog/trait-lookup.ts";
import { invariant } from "../model/result.ts";
import {
  parseSegmentRule,
  type SegmentRule,
  type TraitLookup,
} from "../rules/segment-rule/segment-rule.ts";
import { type PlacedTraitRule, placeTraitRule } from "../rules/trait-rule/trait-rule.ts";
import type { Evidence, PartnerEvidence } from "./evidence.ts";
import { type Folding, foldingOf } from "./signal-logic/signal-logic.ts";

export interface PartnerRules {
  readonly partner: PartnerDefinition;
  readonly folding: Folding;
  readonly traits: readonly PlacedTrait[];
  readonly segments: readonly PlacedSegment[];
  readonly folders: readonly FolderDefinition[];
  readonly destinations: readonly PlacedDestination[];
  /** Keys that derived signals give, folded: no call need carry them. */
  readonly derivedKeys: ReadonlySet<string>;
  readonly lookup: TraitLookup;
  readonly evidence: PartnerEvidence | null;
}

export interface PlacedTrait {
  /** JSON pointer. */
  readonly at: string;
  readonly trait: TraitDefinition;
  /** Null for a trait without a rule. */
  readonly placed: PlacedTraitRule | null;
}

export interface PlacedSegment {
  readonly at: string;
  readonly segment: SegmentDefinition;
  readonly rule: SegmentRule;
  /** The one under which it is evaluated: its own, or the partner's default. */
  readonly mergeRuleId: number;
}

export interface PlacedDestination {
  readonly at: string;
  readonly destination: DestinationDefinition;
}

/** The partners of a workspace that was read, in its order. */
export function rulesByPartner(workspace: Workspace, evidence: Evidence): PartnerRules[] {
  const traits = placedByPartner(workspace.traits, "traits");
  const segments = placedByPartner(workspace.segments, "segments");
  const destinations = placedByPartner(workspace.destinations, "destinations");
  const folders = Map.groupBy(workspace.folders, ({ pid }) => pid);
  const derived = Map.groupBy(workspace.derivedSignals, ({ pid }) => pid);
  const mergeRules = Map.groupBy(workspace.mergeRules, ({ pid }) => pid);
  return workspace.partners.map((partner) => {
    const { pid } = partner;
    const folding = foldingOf(partner.caseSensitiveTraits);
    const own = traits.get(pid) ?? [];
    const byDefault = defaultMergeRule(pid, mergeRules.get(pid) ?? []).mergeRuleId;
    return {
      partner,
      folding,
      traits: own.map(({ at, one }) => placeTrait(at, one)),
      segments: (segments.get(pid) ?? []).map(({ at, one }) => placeSegment(at, one, byDefault)),
      folders: folders.get(pid) ?? [],
      destinations: (destinations.get(pid) ?? []).map(({ at, one }) => ({ at, destination: one })),
      derivedKeys: new Set(
        (derived.get(pid) ?? []).map(({ targetKey }) => folding.fold(targetKey)),
      ),
      lookup: buildTraitLookup({
        traits: own.map(({ one }) => one),
        folders: folders.get(pid) ?? [],
        // Whose data it is decides what a rule may say, not what it means.
        isThirdParty: () => false,
      }),
      evidence: evidence.partners.get(pid) ?? null,
    };
  });
}

interface Placed<T> {
  readonly at: string;
  readonly one: T;
}

function placedByPartner<T extends { readonly pid: number }>(
  definitions: readonly T[],
  list: string,
): Map<number, Placed<T>[]> {
  const placed = definitions.map((one, index) => ({ at: `/${list}/${index}`, one }));
  return Map.groupBy(placed, ({ one }) => one.pid);
}

function placeTrait(at: string, trait: TraitDefinition): PlacedTrait {
  return { at, trait, placed: trait.traitRule === null ? null : placeTraitRule(trait.traitRule) };
}

function placeSegment(at: string, segment: SegmentDefinition, byDefault: number): PlacedSegment {
  const parsed = parseSegmentRule(segment.segmentRule);
  invariant(parsed.ok, `the rule of segment ${segment.sid} was read and does not parse`);
  return { at, segment, rule: parsed.value, mergeRuleId: segment.mergeRuleId ?? byDefault };
}
