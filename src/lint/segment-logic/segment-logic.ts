// What can be said of segment rules without a visitor: that nobody is in a segment, that whoever is in one is
// in another too. The front door of this room.

import type { TraitId } from "../../model/ids.ts";
import type {
  SegmentRule,
  TraitLookup,
  TraitReference,
} from "../../rules/segment-rule/segment-rule.ts";
import { isImpossible, possibleClauses } from "../clauses.ts";
import { joined } from "../signal-logic/signal-logic.ts";
import { baseTraitsOf, countFormula } from "./count-atoms.ts";
import { countsContradict } from "./counts-contradict.ts";

/** Certain, or false. */
export function nobodyMeets(rule: SegmentRule, lookup: TraitLookup): boolean {
  const formula = countFormula(rule, lookup);
  return isImpossible(formula, (clause) => countsContradict(clause, lookup));
}

/** Certain, or false. */
export function everybodyMeets(rule: SegmentRule, lookup: TraitLookup): boolean {
  const opposite = countFormula(rule, lookup, true);
  return isImpossible(opposite, (clause) => countsContradict(clause, lookup));
}

/** Whether everybody who meets the one rule meets the other. Certain, or false. */
export function isNarrower(one: SegmentRule, other: SegmentRule, lookup: TraitLookup): boolean {
  const operands = [countFormula(one, lookup), countFormula(other, lookup, true)];
  return isImpossible({ kind: "and", operands }, (clause) => countsContradict(clause, lookup));
}

/**
 * One way to meet a rule: lists of traits, one trait of each of which must be held. Empty for a way that
 * needs none.
 */
export type Way = readonly ReadonlySet<TraitId>[];

/** All ways to meet a rule; null where there are too many to tell. */
export function waysOf(rule: SegmentRule, lookup: TraitLookup): readonly Way[] | null {
  const clauses = possibleClauses(countFormula(rule, lookup), (clause) =>
    countsContradict(clause, lookup),
  );
  if (clauses === null) return null;
  return clauses.map((clause) =>
    clause.filter(({ bound, count }) => bound === "least" && count > 0).map(({ traits }) => traits),
  );
}

/** Equal for rules that differ in order, in repeats and in the spelling of the same list only. */
export function canonicalSegmentRule(rule: SegmentRule, lookup: TraitLookup): string {
  switch (rule.kind) {
    case "and":
    case "or": {
      const operands = rule.operands.map((operand) => canonicalSegmentRule(operand, lookup));
      return joined(rule.kind, operands);
    }
    case "not":
      return rule.operand.kind === "not"
        ? canonicalSegmentRule(rule.operand.operand, lookup)
        : `not(${canonicalSegmentRule(rule.operand, lookup)})`;
    case "trait":
      return `${listOf([rule.trait], lookup)}>=1`;
    case "frequency": {
      const { traits, recency, comparison, count } = rule;
      const days = recency === null ? "" : `${recency.comparison}${recency.days}D`;
      return `${listOf(traits, lookup)}${days}${comparison}${count}`;
    }
  }
}

function listOf(traits: readonly TraitReference[], lookup: TraitLookup): string {
  const sids = [...baseTraitsOf(traits, lookup)].sort((one, other) => one - other);
  return `[${sids.join()}]`;
}
