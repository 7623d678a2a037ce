// Rules that cost more than most: every call pays for a trait rule that its keys lead to, every visitor for a
// segment rule that their traits lead to.

import { invariant } from "../model/result.ts";
import { compileRegex } from "../rules/regex/regex.ts";
import type { SegmentRule } from "../rules/segment-rule/segment-rule.ts";
import type { Comparison, TraitRule } from "../rules/trait-rule/trait-rule.ts";
import type { Finding } from "./finding.ts";
import type { PartnerRules } from "./partner-rules.ts";

/** What a rule may cost without a word: as much as 1,000 comparisons of whole values. */
export const DEFAULT_MAX_COST = 1_000;

/** Text is looked for in the middle of a value. */
const SEARCH_COST = 3;
/** A pattern that some text must stand in: the others are not tried. */
const GUARDED_REGEX_COST = 10;
/** A pattern that is tried on every value of its key. */
const REGEX_COST = 50;
const CHARACTERS_PER_COST = 20;

export function costlyRules(
  { traits, segments, folding }: PartnerRules,
  maxCost: number,
): Finding[] {
  const findings: Finding[] = [];
  for (const { at, placed } of traits) {
    if (placed === null) continue;
    const cost = costOfTraitRule(placed.rule, !folding.isCaseSensitive);
    if (cost > maxCost) findings.push(finding(`${at}/traitRule`, cost, maxCost));
  }
  for (const { at, rule } of segments) {
    const cost = costOfSegmentRule(rule);
    if (cost > maxCost) findings.push(finding(`${at}/segmentRule`, cost, maxCost));
  }
  return findings;
}

function finding(at: string, cost: number, maxCost: number): Finding {
  const message = `The rule costs ${cost}, more than ${maxCost}: expected fewer terms, patterns with a fixed text in them, or several rules.`;
  return { at, code: "L_COST", severity: "warning", message, related: [] };
}

/** In comparisons of whole values: what is searched for, and above all patterns, count for several. */
export function costOfTraitRule(rule: TraitRule, folded: boolean): number {
  switch (rule.kind) {
    case "and":
    case "or":
      return rule.operands.reduce((sum, operand) => sum + costOfTraitRule(operand, folded), 0);
    case "not":
      return costOfTraitRule(rule.operand, folded);
    case "comparison":
      return costOfComparison(rule, folded);
  }
}

function costOfComparison({ operator, value }: Comparison, folded: boolean): number {
  switch (operator) {
    case "contains":
    case "matcheswords":
      return SEARCH_COST;
    case "matchesregex": {
      const compiled = compileRegex(value.text);
      invariant(
        compiled.ok,
        "a rule that was read holds a regular expression that does not compile",
      );
      const { requiredText, size } = compiled.value;
      const isGuarded = requiredText(folded) !== null;
      return (isGuarded ? GUARDED_REGEX_COST : REGEX_COST) + Math.floor(size / CHARACTERS_PER_COST);
    }
    default:
      return 1;
  }
}

/** In terms; a trait in a list that is counted is a term, and two where days are counted. */
export function costOfSegmentRule(rule: SegmentRule): number {
  switch (rule.kind) {
    case "and":
    case "or":
      return rule.operands.reduce((sum, operand) => sum + costOfSegmentRule(operand), 0);
    case "not":
      return costOfSegmentRule(rule.operand);
    case "trait":
      return 1;
    case "frequency":
      return rule.traits.length * (rule.recency === null ? 1 : 2);
  }
}
