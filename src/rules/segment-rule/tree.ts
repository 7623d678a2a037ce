// The tree of a segment rule: what was written, grouping that changes nothing left out. Nothing changes a
// tree once it is parsed.

import type { TraitId } from "../../model/ids.ts";
import type { BooleanRule } from "../boolean-rule.ts";

export type SegmentRule = BooleanRule<SegmentTerm>;

export type SegmentTerm = TraitTerm | FrequencyTerm;

/** The visitor holds the trait: `123T`. */
export interface TraitTerm {
  readonly kind: "trait";
  readonly trait: TraitReference;
}

/** How often the traits of a list were realized, together: `frequency([1T, 2T] <= 7D) >= 3`. */
export interface FrequencyTerm {
  readonly kind: "frequency";
  /** At least one, as written: a trait may stand here twice and still counts once. */
  readonly traits: readonly TraitReference[];
  /** Null: every realization counts, however old. */
  readonly recency: Recency | null;
  readonly comparison: FrequencyComparison;
  readonly count: number;
}

/** A trait where the rule names it. */
export interface TraitReference {
  readonly sid: TraitId;
  /** Of the first digit, from 1. */
  readonly column: number;
}

/** Realizations at most (`<=`) or at least (`>=`) so many UTC days old; both include the boundary day. */
export interface Recency {
  readonly comparison: RecencyComparison;
  readonly days: number;
}

export type RecencyComparison = "<=" | ">=";
export type FrequencyComparison = "<=" | ">=" | "==";

export type SegmentRuleCode =
  | "E_EMPTY"
  | "E_TOO_LONG"
  | "E_TOO_DEEP"
  | "E_SYNTAX"
  | "E_BAD_OPERATOR"
  | "E_BAD_TRAIT_ID"
  | "E_FREQUENCY_REQUIRED"
  | "E_RECENCY_RANGE"
  | "E_FREQUENCY_RANGE"
  | "E_UNKNOWN_TRAIT"
  | "E_RF_TRAIT_TYPE"
  | "E_RF_THIRD_PARTY"
  | "E_TOO_MANY_TRAITS"
  | "E_MATCHES_EMPTY_PROFILE";

/** Limits of one rule ("Audience model", Segment rule language, Grammar). */
export const MAX_RULE_CHARACTERS = 1_048_576;
export const MAX_RECENCY_DAYS = 3_650;
export const MAX_FREQUENCY = 1_000_000;
/** Distinct traits, folder traits counted as one each. */
export const MAX_TRAITS = 5_000;

/** Calls back for every trait that the rule names, in text order, repeats included. */
export function forEachTrait(rule: SegmentRule, visit: (trait: TraitReference) => void): void {
  switch (rule.kind) {
    case "and":
    case "or":
      for (const operand of rule.operands) forEachTrait(operand, visit);
      return;
    case "not":
      forEachTrait(rule.operand, visit);
      return;
    case "trait":
      visit(rule.trait);
      return;
    case "frequency":
      for (const trait of rule.traits) visit(trait);
  }
}
