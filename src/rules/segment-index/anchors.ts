// Where a segment is filed. A rule that does not hold on an empty profile needs some live trait: its
// anchors are sets of traits of which one must be live for the rule to hold. A profile without any of
// them need not look at the segment, and never will by itself: traits come to life only by calls.

import type { PlainRule } from "./plain-rule.ts";

export interface Anchors {
  readonly sets: readonly number[];
  /** How many rules the traits of the sets stand in: what visitors hold much is named much. */
  readonly weight: number;
}

/** Null for a rule that holds on an empty profile, which is filed nowhere and always asked. */
export function anchorsOf(rule: PlainRule, weightOf: (set: number) => number): Anchors | null {
  switch (rule.kind) {
    case "holds":
      return { sets: [rule.set], weight: weightOf(rule.set) };
    case "lacks":
      return null;
    case "count":
      return needsSome(rule.test, rule.limit)
        ? { sets: [rule.set], weight: weightOf(rule.set) }
        : null;
    case "and":
      return lightest(rule.operands.map((operand) => anchorsOf(operand, weightOf)));
    case "or":
      return union(rule.operands.map((operand) => anchorsOf(operand, weightOf)));
  }
}

/** Whether a count of 0 fails. */
function needsSome(test: string, limit: number): boolean {
  switch (test) {
    case "at-least":
    case "equal":
      return limit > 0;
    case "unequal":
      return limit === 0;
    default:
      return limit < 0;
  }
}

/** Each operand of an AND must hold, so that the anchors of any one will do. */
function lightest(candidates: readonly (Anchors | null)[]): Anchors | null {
  return candidates.reduce((best, anchors) => {
    if (best === null || anchors === null) return best ?? anchors;
    return anchors.weight < best.weight ? anchors : best;
  }, null);
}

/** Any operand of an OR may hold, so that all anchors are needed. */
function union(candidates: readonly (Anchors | null)[]): Anchors | null {
  const sets = new Set<number>();
  let weight = 0;
  for (const anchors of candidates) {
    if (anchors === null) return null;
    for (const set of anchors.sets) sets.add(set);
    weight += anchors.weight;
  }
  return { sets: [...sets], weight };
}
