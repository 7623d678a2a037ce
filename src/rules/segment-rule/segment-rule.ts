// The segment rule language: text to tree, the checks of a rule against the traits that exist, and the
// canonical text of a tree ("Audience model", Segment rule language). The front door of segment rules.

import type { TraitId } from "../../model/ids.ts";
import type { Result } from "../../model/result.ts";
import type { RuleFault } from "../rule-fault.ts";
import { faultsOf } from "./check-rule.ts";
import { parseRuleText } from "./parse-rule.ts";
import { printRule } from "./print-rule.ts";
import type { TraitLookup } from "./trait-lookup.ts";
import { forEachTrait, type SegmentRule, type SegmentRuleCode } from "./tree.ts";

export type { TraitForSegments, TraitLookup } from "./trait-lookup.ts";
export type {
  FrequencyComparison,
  FrequencyTerm,
  Recency,
  RecencyComparison,
  SegmentRule,
  SegmentRuleCode,
  TraitReference,
} from "./tree.ts";
export { forEachTrait } from "./tree.ts";

/** The rule that a text spells, or the first place in it that is wrong. Never throws. */
export function parseSegmentRule(text: string): Result<SegmentRule, RuleFault<SegmentRuleCode>> {
  return parseRuleText(text);
}

/**
 * Everything that is wrong with a rule that parsed, in the documented order: unknown traits, traits
 * without frequency, third-party traits under frequency, too many traits, a rule that holds on a
 * profile without traits. A rule without faults may be evaluated.
 */
export function checkSegmentRule(
  rule: SegmentRule,
  traits: TraitLookup,
): readonly RuleFault<SegmentRuleCode>[] {
  return faultsOf(rule, traits);
}

/** The canonical text: parsed again it gives an equal tree (columns aside), printed again the same text. */
export function printSegmentRule(rule: SegmentRule): string {
  return printRule(rule);
}

/** The traits that a rule names, folder traits as such, ascending and without repeats. */
export function traitsOf(rule: SegmentRule): readonly TraitId[] {
  const sids = new Set<TraitId>();
  forEachTrait(rule, ({ sid }) => sids.add(sid));
  return [...sids].sort((one, other) => one - other);
}
