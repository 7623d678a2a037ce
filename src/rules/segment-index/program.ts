// Rules as numbers in one flat array. A node is its operation, the position after it, and then
//   AND, OR       its operands, one after the other
//   HOLDS, LACKS  a set
//   COUNT         a set, window, days, test, limit

import type { CountTerm, PlainRule } from "./plain-rule.ts";

export const AND = 0;
export const OR = 1;
export const HOLDS = 2;
export const LACKS = 3;
export const COUNT = 4;

export const EVER = 0;
export const RECENT = 1;
export const OLD = 2;

export const AT_LEAST = 0;
export const AT_MOST = 1;
export const EQUAL = 2;
export const UNEQUAL = 3;

const OPERATIONS = { and: AND, or: OR, holds: HOLDS, lacks: LACKS, count: COUNT } as const;
const WINDOWS = { ever: EVER, recent: RECENT, old: OLD } as const;
const TESTS = { "at-least": AT_LEAST, "at-most": AT_MOST, equal: EQUAL, unequal: UNEQUAL } as const;

/** Appends a rule's program to the code. */
export function appendProgram(rule: PlainRule, code: number[]): void {
  const start = code.push(OPERATIONS[rule.kind], 0) - 2;
  switch (rule.kind) {
    case "and":
    case "or":
      for (const operand of rule.operands) appendProgram(operand, code);
      break;
    case "holds":
    case "lacks":
      code.push(rule.set);
      break;
    case "count":
      appendCount(rule, code);
  }
  code[start + 1] = code.length;
}

function appendCount({ set, window, days, test, limit }: CountTerm, code: number[]): void {
  code.push(set, WINDOWS[window], days, TESTS[test], limit);
}
