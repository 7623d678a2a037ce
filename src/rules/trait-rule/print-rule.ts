import { asKeyword, isBareKey } from "./spelling.ts";
import type { Comparison, Literal, TraitRule } from "./tree.ts";

/**
 * The canonical text of a rule: keywords in upper case, operator names in lower case, text in quotes,
 * parentheses only where they change something. It parses to an equal tree.
 */
export function printRule(rule: TraitRule): string {
  switch (rule.kind) {
    case "or":
      return rule.operands.map(printRule).join(" OR ");
    case "and":
      return rule.operands.map(printOperand).join(" AND ");
    case "not":
      return rule.operand.kind === "and"
        ? `NOT (${printRule(rule.operand)})`
        : `NOT ${printOperand(rule.operand)}`;
    case "comparison":
      return printComparison(rule);
  }
}

/** An operand of AND or NOT: an OR would fall apart without parentheses. */
function printOperand(rule: TraitRule): string {
  return rule.kind === "or" ? `(${printRule(rule)})` : printRule(rule);
}

function printComparison({ key, operator, value }: Comparison): string {
  return `${printKey(key)} ${operator} ${printLiteral(value)}`;
}

function printKey(key: string): string {
  return isBareKey(key) && asKeyword(key) === null ? key : quoted(key);
}

function printLiteral(value: Literal): string {
  return value.kind === "number" ? value.text : quoted(value.text);
}

/** Backslashes that escape nothing stay single, so that regular expressions remain readable. */
function quoted(text: string): string {
  return `"${text.replace(/\\(?=["\\]|$)|"/g, "\\$&")}"`;
}
