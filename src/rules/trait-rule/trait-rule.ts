// The language of trait rules. The front door: from text to a checked tree and back.

import { err, ok, type Result } from "../../model/result.ts";
import type { RuleFault, RuleWarning } from "../rule-fault.ts";
import { firstOperandFault } from "./check-operands.ts";
import { parseRuleText } from "./parse-rule.ts";
import { printRule } from "./print-rule.ts";
import { type TraitRuleWarningCode, warningsOf } from "./rule-warnings.ts";
import type { Comparison, TraitRule, TraitRuleCode } from "./tree.ts";

export type { TraitRuleWarningCode } from "./rule-warnings.ts";
export type { Comparison, Literal, TraitRule, TraitRuleCode } from "./tree.ts";

export interface PlacedTraitRule {
  readonly rule: TraitRule;
  /** The column of its key, from 1, of each comparison in the tree; in text order. */
  readonly columns: ReadonlyMap<Comparison, number>;
}

/** A rule of a workspace that was read, with the places of its comparisons; null for one that does not parse. */
export function placeTraitRule(text: string): PlacedTraitRule | null {
  const parsed = parseRuleText(text);
  if (!parsed.ok) return null;
  const { rule, comparisons } = parsed.value;
  const columns = comparisons.map(({ comparison, keyColumn }) => [comparison, keyColumn] as const);
  return { rule, columns: new Map(columns) };
}

/** A rule that parses is checked too: whoever holds a `TraitRule` need not ask again. */
export function parseTraitRule(text: string): Result<TraitRule, RuleFault<TraitRuleCode>> {
  const parsed = parseRuleText(text);
  if (!parsed.ok) return parsed;
  const fault = firstOperandFault(parsed.value.comparisons);
  return fault === null ? ok(parsed.value.rule) : err(fault);
}

/** The rule's canonical text: parsed again it gives an equal tree, printed again the same text. */
export function printTraitRule(rule: TraitRule): string {
  return printRule(rule);
}

export function traitRuleWarnings(rule: TraitRule): readonly RuleWarning<TraitRuleWarningCode>[] {
  return warningsOf(rule);
}
