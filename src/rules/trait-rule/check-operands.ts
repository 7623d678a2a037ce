import { compileRegex } from "../regex/regex.ts";
import type { RuleFault } from "../rule-fault.ts";
import type { PlacedComparison } from "./parse-rule.ts";
import { isNumber, wordsOf } from "./spelling.ts";
import type { Comparison, TraitRuleCode } from "./tree.ts";

/**
 * What the regular expressions of one rule may have in size together, about 5 ms of compiling. That is 200
 * short ones.
 */
const MAX_REGEX_SIZE = 6_000;

interface RegexBudget {
  sizeLeft: number;
}

interface OperandFault {
  readonly code: TraitRuleCode;
  readonly message: string;
}

/** The first operand, in text order, that its operator cannot take. */
export function firstOperandFault(
  comparisons: readonly PlacedComparison[],
): RuleFault<TraitRuleCode> | null {
  const budget: RegexBudget = { sizeLeft: MAX_REGEX_SIZE };
  for (const { comparison, valueColumn } of comparisons) {
    const fault = operandFault(comparison, budget);
    if (fault !== null) return { ...fault, column: valueColumn };
  }
  return null;
}

function operandFault({ operator, value }: Comparison, budget: RegexBudget): OperandFault | null {
  switch (operator) {
    case "==":
    case "!=":
      return null;
    case ">":
    case "<":
    case ">=":
    case "<=":
      return isNumber(value.text) ? null : nonNumeric(operator, value.text);
    case "contains":
    case "startswith":
    case "endswith":
      return value.text === "" ? emptyOperand(operator, "at least one character") : null;
    case "matcheswords":
      return wordsOf(value.text).length === 0
        ? emptyOperand(operator, "at least one letter or digit")
        : null;
    case "matchesregex":
      return regexFault(value.text, budget);
  }
}

function regexFault(text: string, budget: RegexBudget): OperandFault | null {
  const regex = compileRegex(text);
  if (!regex.ok) return { code: "E_BAD_REGEX", message: regex.error };
  budget.sizeLeft -= regex.value.size;
  if (budget.sizeLeft >= 0) return null;
  const message =
    "Found more regular expressions than one rule may hold, or longer ones; expected fewer, or several rules.";
  return { code: "E_BAD_REGEX", message };
}

function nonNumeric(operator: string, text: string): OperandFault {
  const found = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return {
    code: "E_NON_NUMERIC_OPERAND",
    message: `Found "${found}" after "${operator}"; expected a number such as 100, -1 or 1.50.`,
  };
}

function emptyOperand(operator: string, expected: string): OperandFault {
  const message = `Found a value without content after "${operator}"; expected ${expected}.`;
  return { code: "E_EMPTY_OPERAND", message };
}
