import { compileRegex } from "../regex/regex.ts";
import type { RuleFault } from "../rule-fault.ts";
import type { PlacedComparison } from "./parse-rule.ts";
import { isNumber, wordsOf } from "./spelling.ts";
import type { Comparison, TraitRuleCode } from "./tree.ts";

interface OperandFault {
  readonly code: TraitRuleCode;
  readonly message: string;
}

/** The first operand, in text order, that its operator cannot take. */
export function firstOperandFault(
  comparisons: readonly PlacedComparison[],
): RuleFault<TraitRuleCode> | null {
  for (const { comparison, valueColumn } of comparisons) {
    const fault = operandFault(comparison);
    if (fault !== null) return { ...fault, column: valueColumn };
  }
  return null;
}

function operandFault({ operator, value }: Comparison): OperandFault | null {
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
    case "matchesregex": {
      const regex = compileRegex(value.text);
      return regex.ok ? null : { code: "E_BAD_REGEX", message: regex.error };
    }
  }
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
