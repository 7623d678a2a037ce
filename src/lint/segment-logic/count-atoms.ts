// Segment rules as formulas over how often traits were realized. "Holds the trait" is "was realized once at
// least, ever"; a folder's trait is the list of its members.

import type { TraitId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import type {
  FrequencyTerm,
  SegmentRule,
  TraitForSegments,
  TraitLookup,
  TraitReference,
} from "../../rules/segment-rule/segment-rule.ts";
import type { Formula } from "../clauses.ts";

/** Which realizations count, by their age in days. */
export type Window =
  | { readonly kind: "ever" }
  /** Of this age at most, or at least. */
  | { readonly kind: "recent" | "old"; readonly days: number };

/** The traits together were realized so often at least, or at most. */
export interface CountAtom {
  readonly traits: ReadonlySet<TraitId>;
  readonly window: Window;
  readonly bound: "least" | "most";
  readonly count: number;
}

const EVER: Window = { kind: "ever" };

/** NOT is pushed down to the atoms. */
export function countFormula(
  rule: SegmentRule,
  lookup: TraitLookup,
  isNegated = false,
): Formula<CountAtom> {
  switch (rule.kind) {
    case "not":
      return countFormula(rule.operand, lookup, !isNegated);
    case "trait": {
      const held = { traits: baseTraitsOf([rule.trait], lookup), window: EVER };
      return isNegated ? atMost(held, 0) : atLeast(held, 1);
    }
    case "frequency":
      return frequencyFormula(rule, lookup, isNegated);
    case "and":
    case "or": {
      const kind = (rule.kind === "and") === isNegated ? "or" : "and";
      const operands = rule.operands.map((operand) => countFormula(operand, lookup, isNegated));
      return { kind, operands };
    }
  }
}

type Counted = Pick<CountAtom, "traits" | "window">;

function frequencyFormula(
  { traits, recency, comparison, count }: FrequencyTerm,
  lookup: TraitLookup,
  isNegated: boolean,
): Formula<CountAtom> {
  const window: Window =
    recency === null
      ? EVER
      : { kind: recency.comparison === "<=" ? "recent" : "old", days: recency.days };
  const counted = { traits: baseTraitsOf(traits, lookup), window };
  switch (comparison) {
    case ">=":
      return isNegated ? atMost(counted, count - 1) : atLeast(counted, count);
    case "<=":
      return isNegated ? atLeast(counted, count + 1) : atMost(counted, count);
    case "==":
      return isNegated
        ? { kind: "or", operands: [atMost(counted, count - 1), atLeast(counted, count + 1)] }
        : { kind: "and", operands: [atLeast(counted, count), atMost(counted, count)] };
  }
}

function atLeast(counted: Counted, count: number): Formula<CountAtom> {
  return { kind: "atom", atom: { ...counted, bound: "least", count } };
}

function atMost(counted: Counted, count: number): Formula<CountAtom> {
  return { kind: "atom", atom: { ...counted, bound: "most", count } };
}

/** Folder traits replaced by what is in them. */
export function baseTraitsOf(
  traits: readonly TraitReference[],
  lookup: TraitLookup,
): ReadonlySet<TraitId> {
  return new Set(
    traits.flatMap(({ sid }) => {
      const trait = traitOf(sid, lookup);
      return trait.kind === "folder" ? trait.members : [sid];
    }),
  );
}

export function traitOf(sid: TraitId, lookup: TraitLookup): TraitForSegments {
  const trait = lookup(sid);
  invariant(trait !== null, `a rule that was read names the unknown trait ${sid}`);
  return trait;
}
