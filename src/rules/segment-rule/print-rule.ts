import type { FrequencyTerm, SegmentRule, TraitReference } from "./tree.ts";

/**
 * The canonical text of a rule: keywords in upper case, `frequency` in lower case, one blank around
 * operators, parentheses only where they change something. It parses to an equal tree.
 */
export function printRule(rule: SegmentRule): string {
  switch (rule.kind) {
    case "or":
      return rule.operands.map(printRule).join(" OR ");
    case "and":
      return rule.operands.map(printOperand).join(" AND ");
    case "not":
      return rule.operand.kind === "and"
        ? `NOT (${printRule(rule.operand)})`
        : `NOT ${printOperand(rule.operand)}`;
    case "trait":
      return printTrait(rule.trait);
    case "frequency":
      return printFrequency(rule);
  }
}

/** An operand of AND or NOT: an OR would fall apart without parentheses. */
function printOperand(rule: SegmentRule): string {
  return rule.kind === "or" ? `(${printRule(rule)})` : printRule(rule);
}

function printFrequency({ traits, recency, comparison, count }: FrequencyTerm): string {
  const list = traits.map(printTrait).join(", ");
  const window = recency === null ? "" : ` ${recency.comparison} ${recency.days}D`;
  return `frequency([${list}]${window}) ${comparison} ${count}`;
}

function printTrait({ sid }: TraitReference): string {
  return `${sid}T`;
}
