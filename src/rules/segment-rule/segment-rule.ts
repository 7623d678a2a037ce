// The segment rule language: text to tree, the checks of a rule against the traits that exist, and the
// canonical text of a tree ("Audience model", Segment rule language). The front door of segment rules.

import type { TraitId } from "../../model/ids.ts";
import { err, type Result } from "../../model/result.ts";
import type { RuleFault } from "../rule-fault.ts";
import type { TraitLookup } from "./trait-lookup.ts";
import { forEachTrait, type SegmentRule, type SegmentRuleCode } from "./tree.ts";

export type { TraitForSegments, TraitLookup } from "./trait-lookup.ts";
export type { SegmentRule, SegmentRuleCode } from "./tree.ts";

/** The rule that a text spells, or the first place in it that is wrong. Never throws. */
export function parseSegmentRule(text: string): Result<SegmentRule, RuleFault<SegmentRuleCode>> {
  return err({ code: "E_SYNTAX", column: 1, message: `Segment rules are not read yet: ${text}` });
}

/**
 * Everything that is wrong with a rule that parsed, in the documented order: unknown traits, traits
 * without frequency, third-party traits under frequency, too many traits, a rule that holds on a
 * profile without traits. A rule without faults may be evaluated.
 */
export function checkSegmentRule(
  _rule: SegmentRule,
  _traits: TraitLookup,
): readonly RuleFault<SegmentRuleCode>[] {
  return [];
}

/** The canonical text: parsing it gives the same tree again, columns aside. */
export function printSegmentRule(_rule: SegmentRule): string {
  return "";
}

/** The traits that a rule names, folder traits as such, ascending and without repeats. */
export function traitsOf(rule: SegmentRule): readonly TraitId[] {
  const sids = new Set<TraitId>();
  forEachTrait(rule, ({ sid }) => sids.add(sid));
  return [...sids].sort((a, b) => a - b);
}
