// A rule made plain for compiling: every NOT pushed down into the terms, every trait list a set, every
// comparison one of four.

import type { FrequencyTerm, SegmentRule } from "../segment-rule/segment-rule.ts";
import type { TraitSets } from "./trait-sets.ts";

export type PlainRule = PlainJunction | PresenceTerm | CountTerm;

export interface PlainJunction {
  readonly kind: "and" | "or";
  readonly operands: readonly PlainRule[];
}

/** Some trait of the set is live, or none is. */
export interface PresenceTerm {
  readonly kind: "holds" | "lacks";
  readonly set: number;
}

/** How often the live traits of the set were realized within the window, together. */
export interface CountTerm {
  readonly kind: "count";
  readonly set: number;
  readonly window: "ever" | "recent" | "old";
  /** 0 when the window is "ever". */
  readonly days: number;
  readonly test: CountTest;
  readonly limit: number;
}

export type CountTest = "at-least" | "at-most" | "equal" | "unequal";

export function plainRule(rule: SegmentRule, sets: TraitSets, negated = false): PlainRule {
  switch (rule.kind) {
    case "and":
    case "or": {
      const operands = rule.operands.map((operand) => plainRule(operand, sets, negated));
      operands.sort((one, other) => COST_RANK[one.kind] - COST_RANK[other.kind]);
      return { kind: (rule.kind === "and") === negated ? "or" : "and", operands };
    }
    case "not":
      return plainRule(rule.operand, sets, !negated);
    case "trait":
      return { kind: negated ? "lacks" : "holds", set: sets.setOfTrait(rule.trait.sid) };
    case "frequency":
      return countTerm(rule, sets, negated);
  }
}

/** Cheap terms stand first: one of them often decides for all. */
const COST_RANK = { holds: 0, lacks: 1, count: 2, and: 3, or: 3 } as const;

function countTerm(term: FrequencyTerm, sets: TraitSets, negated: boolean): CountTerm {
  const window = windowOf(term);
  return {
    kind: "count",
    set: sets.setOfList(term.traits.map(({ sid }) => sid)),
    window,
    days: term.recency?.days ?? 0,
    ...countTest(term, negated),
  };
}

function windowOf({ recency }: FrequencyTerm): CountTerm["window"] {
  if (recency === null) return "ever";
  return recency.comparison === "<=" ? "recent" : "old";
}

/** Counts are whole numbers, so that the negation of `>= 3` is `<= 2`. */
function countTest(
  { comparison, count }: FrequencyTerm,
  negated: boolean,
): { readonly test: CountTest; readonly limit: number } {
  switch (comparison) {
    case ">=":
      return negated ? { test: "at-most", limit: count - 1 } : { test: "at-least", limit: count };
    case "<=":
      return negated ? { test: "at-least", limit: count + 1 } : { test: "at-most", limit: count };
    case "==":
      return { test: negated ? "unequal" : "equal", limit: count };
  }
}
