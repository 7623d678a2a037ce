import { printBooleanRule } from "../boolean-rule.ts";
import { asKeyword, isBareKey } from "./spelling.ts";
import type { Comparison, Literal, TraitRule } from "./tree.ts";

/**
 * The canonical text of a rule: keywords in upper case, operator names in lower case, text in quotes,
 * parentheses only where they change something. It parses to an equal tree.
 */
export function printRule(rule: TraitRule): string {
  return printBooleanRule(rule, printComparison);
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
