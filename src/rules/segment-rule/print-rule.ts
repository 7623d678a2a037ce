import { printBooleanRule } from "../boolean-rule.ts";
import type { FrequencyTerm, SegmentRule, SegmentTerm, TraitReference } from "./tree.ts";

/**
 * The canonical text of a rule: keywords in upper case, `frequency` in lower case, one blank around
 * operators, parentheses only where they change something. It parses to an equal tree.
 */
export function printRule(rule: SegmentRule): string {
  return printBooleanRule<SegmentTerm>(rule, (term) =>
    term.kind === "trait" ? printTrait(term.trait) : printFrequency(term),
  );
}

function printFrequency({ traits, recency, comparison, count }: FrequencyTerm): string {
  const list = traits.map(printTrait).join(", ");
  const window = recency === null ? "" : ` ${recency.comparison} ${recency.days}D`;
  return `frequency([${list}]${window}) ${comparison} ${count}`;
}

function printTrait({ sid }: TraitReference): string {
  return `${sid}T`;
}
