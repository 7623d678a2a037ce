import { numberOf, wordsOf } from "../../rules/trait-rule/spelling.ts";
import type { Comparison, TraitRule } from "../../rules/trait-rule/trait-rule.ts";
import type { Folding } from "./value-tests.ts";

/** Equal for rules that differ in letter case, in the spelling of numbers, in order and in repeats only. */
export function canonicalTraitRule(rule: TraitRule, folding: Folding): string {
  switch (rule.kind) {
    case "and":
    case "or": {
      const operands = rule.operands.map((operand) => canonicalTraitRule(operand, folding));
      return joined(rule.kind, operands);
    }
    case "not":
      return rule.operand.kind === "not"
        ? canonicalTraitRule(rule.operand.operand, folding)
        : `not(${canonicalTraitRule(rule.operand, folding)})`;
    case "comparison":
      return JSON.stringify([folding.fold(rule.key), rule.operator, canonicalValue(rule, folding)]);
  }
}

/** For both languages: an AND or OR of canonical texts. */
export function joined(kind: "and" | "or", operands: readonly string[]): string {
  const [first = "", ...others] = [...new Set(operands)].sort();
  return others.length === 0 ? first : `${kind}(${[first, ...others].join()})`;
}

function canonicalValue({ operator, value }: Comparison, { fold }: Folding): unknown {
  switch (operator) {
    case "==":
    case "!=":
      return value.kind === "number" ? { number: `${numberOf(value.text)}` } : fold(value.text);
    case ">":
    case ">=":
    case "<":
    case "<=":
      return `${numberOf(value.text)}`;
    case "matchesregex":
      return value.text;
    case "matcheswords":
      return wordsOf(value.text).map(fold);
    default:
      return fold(value.text);
  }
}
