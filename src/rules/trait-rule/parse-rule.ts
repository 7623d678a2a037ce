// The grammar of trait rules, a function for each production. The first fault in text order ends the
// parse: a production that fails leaves it in `reader.fault` and gives null.

import { err, ok, type Result } from "../../model/result.ts";
import type { RuleFault } from "../rule-fault.ts";
import { asKeyword, asNamedOperator, isBareKey, isBareWord, isNumber } from "./spelling.ts";
import { nextToken, type Token } from "./tokens.ts";
import {
  type Comparison,
  type ComparisonOperator,
  type Literal,
  MAX_COMPARISONS,
  MAX_KEY_CHARACTERS,
  MAX_NESTING,
  MAX_RULE_CHARACTERS,
  type TraitRule,
  type TraitRuleCode,
} from "./tree.ts";

export interface ParsedRule {
  readonly rule: TraitRule;
  /** In text order, each with its columns: what is wrong with one is reported there. */
  readonly comparisons: readonly PlacedComparison[];
}

export interface PlacedComparison {
  readonly comparison: Comparison;
  readonly keyColumn: number;
  readonly valueColumn: number;
}

interface Reader {
  readonly text: string;
  /** The token that is looked at now. */
  token: Token;
  nesting: number;
  readonly comparisons: PlacedComparison[];
  fault: RuleFault<TraitRuleCode> | null;
}

/** Parses without a look at the operands. */
export function parseRuleText(text: string): Result<ParsedRule, RuleFault<TraitRuleCode>> {
  if (text.length > MAX_RULE_CHARACTERS) return err(tooLong(text.length));
  const reader: Reader = {
    text,
    token: nextToken(text, 0),
    nesting: 0,
    comparisons: [],
    fault: null,
  };
  if (reader.token.kind === "end") {
    return err({ code: "E_EMPTY", column: 1, message: "Found no rule; expected a comparison." });
  }
  const rule = parseRule(reader);
  if (rule !== null) return ok({ rule, comparisons: reader.comparisons });
  return err(reader.fault ?? { code: "E_SYNTAX", column: 1, message: "Found no rule." });
}

function tooLong(length: number): RuleFault<TraitRuleCode> {
  return {
    code: "E_TOO_LONG",
    column: MAX_RULE_CHARACTERS + 1,
    message: `Found ${length} characters; a rule has at most ${MAX_RULE_CHARACTERS}.`,
  };
}

// rule = or_expr , EOF
function parseRule(reader: Reader): TraitRule | null {
  const rule = parseOr(reader);
  if (rule === null) return null;
  if (reader.token.kind === "end") return rule;
  return failSyntax(reader, "AND, OR, NOT or the end of the rule");
}

// or_expr = and_expr , { OR , and_expr }
function parseOr(reader: Reader): TraitRule | null {
  const operands: TraitRule[] = [];
  do {
    const operand = parseAnd(reader);
    if (operand === null) return null;
    addOperand("or", operands, operand);
  } while (takeKeyword(reader, "OR"));
  return joined("or", operands);
}

// and_expr = not_expr , { ( AND , not_expr ) | ( NOT , not_expr ) }
function parseAnd(reader: Reader): TraitRule | null {
  const operands: TraitRule[] = [];
  do {
    const operand = parseNot(reader);
    if (operand === null) return null;
    addOperand("and", operands, operand);
    // A NOT that follows an operand carries an "and" with it and is left for `parseNot`.
  } while (takeKeyword(reader, "AND") || atKeyword(reader, "NOT"));
  return joined("and", operands);
}

// not_expr = NOT , not_expr | primary
function parseNot(reader: Reader): TraitRule | null {
  if (!atKeyword(reader, "NOT")) return parsePrimary(reader);
  if (!enterNesting(reader)) return null;
  advance(reader);
  const operand = parseNot(reader);
  if (operand === null) return null;
  reader.nesting -= 1;
  return { kind: "not", operand };
}

// primary = "(" , or_expr , ")" | comparison
function parsePrimary(reader: Reader): TraitRule | null {
  if (reader.token.kind !== "(") return parseComparison(reader);
  const open = reader.token.start;
  if (!enterNesting(reader)) return null;
  advance(reader);
  const rule = parseOr(reader);
  if (rule === null) return null;
  if (!at(reader, ")")) {
    return failSyntax(reader, `AND, OR, NOT or the ")" for the "(" in column ${open + 1}`);
  }
  advance(reader);
  reader.nesting -= 1;
  return rule;
}

// comparison = key , operator , value
function parseComparison(reader: Reader): TraitRule | null {
  const start = reader.token.start;
  const key = parseKey(reader);
  if (key === null) return null;
  const operator = parseOperator(reader, key);
  if (operator === null) return null;
  const valueColumn = reader.token.start + 1;
  const value = parseValue(reader, operator);
  if (value === null) return null;
  if (reader.comparisons.length === MAX_COMPARISONS) {
    const message = `Found more than ${MAX_COMPARISONS} comparisons, the most that a rule may hold.`;
    return fail(reader, { code: "E_TOO_LONG", column: start + 1, message });
  }
  const comparison: Comparison = { kind: "comparison", key, operator, value };
  reader.comparisons.push({ comparison, keyColumn: start + 1, valueColumn });
  return comparison;
}

// key = bare_key | string
function parseKey(reader: Reader): string | null {
  const token = reader.token;
  const column = token.start + 1;
  if (token.kind !== "word" && token.kind !== "string") {
    return failSyntax(reader, 'a key, NOT or "("');
  }
  if (token.kind === "word") {
    if (asKeyword(token.text) !== null) {
      return failSyntax(reader, 'a key, NOT or "(" (a key of that name is written in quotes)');
    }
    if (!isBareKey(token.text)) {
      const message = `Found ${shown(token.text)} where a key belongs; a key begins with a letter, a digit or "_" and holds a letter, or is written in double quotes.`;
      return fail(reader, { code: "E_BAD_KEY", column, message });
    }
  }
  if (token.text.length === 0 || token.text.length > MAX_KEY_CHARACTERS) {
    const message = `Found a key of ${token.text.length} characters; expected 1 to ${MAX_KEY_CHARACTERS}.`;
    return fail(reader, { code: "E_BAD_KEY", column, message });
  }
  advance(reader);
  return token.text;
}

// operator = "==" | "!=" | ">=" | "=>" | "<=" | ">" | "<" | "contains" | …
function parseOperator(reader: Reader, key: string): ComparisonOperator | null {
  const token = reader.token;
  if (token.kind === "relation") {
    advance(reader);
    return token.operator;
  }
  if (token.kind !== "word") {
    return failSyntax(reader, `an operator such as "==" after the key ${shown(key)}`);
  }
  const named = asNamedOperator(token.text);
  if (named === null) {
    const message = `Found ${shown(token.text)} after the key ${shown(key)}; expected one of == != > < >= <= contains startswith endswith matchesregex matcheswords.`;
    return fail(reader, { code: "E_BAD_OPERATOR", column: token.start + 1, message });
  }
  advance(reader);
  return named;
}

// value = string | number | bareword
function parseValue(reader: Reader, operator: ComparisonOperator): Literal | null {
  const token = reader.token;
  if (token.kind === "string") {
    advance(reader);
    return { kind: "text", text: token.text };
  }
  if (token.kind !== "word") return failSyntax(reader, `a value after "${operator}"`);
  if (asKeyword(token.text) !== null || asNamedOperator(token.text) !== null) {
    const message = `Found the reserved word ${shown(token.text)} where a value belongs; write it in double quotes.`;
    return fail(reader, { code: "E_RESERVED_VALUE", column: token.start + 1, message });
  }
  if (isNumber(token.text)) {
    advance(reader);
    return { kind: "number", text: token.text };
  }
  if (!isBareWord(token.text)) {
    return failSyntax(reader, `a value after "${operator}" (write this one in double quotes)`);
  }
  advance(reader);
  return { kind: "text", text: token.text };
}

function addOperand(kind: "and" | "or", operands: TraitRule[], operand: TraitRule): void {
  if (operand.kind !== kind) operands.push(operand);
  else for (const inner of operand.operands) operands.push(inner);
}

function joined(kind: "and" | "or", operands: readonly TraitRule[]): TraitRule | null {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind, operands };
}

function enterNesting(reader: Reader): boolean {
  if (reader.nesting < MAX_NESTING) {
    reader.nesting += 1;
    return true;
  }
  const message = `Found more than ${MAX_NESTING} parentheses and NOTs around one another, the most that a rule may hold.`;
  fail(reader, { code: "E_TOO_DEEP", column: reader.token.start + 1, message });
  return false;
}

function at(reader: Reader, kind: Token["kind"]): boolean {
  return reader.token.kind === kind;
}

function atKeyword(reader: Reader, keyword: "AND" | "OR" | "NOT"): boolean {
  return reader.token.kind === "word" && asKeyword(reader.token.text) === keyword;
}

function takeKeyword(reader: Reader, keyword: "AND" | "OR"): boolean {
  if (!atKeyword(reader, keyword)) return false;
  advance(reader);
  return true;
}

function advance(reader: Reader): void {
  reader.token = nextToken(reader.text, reader.token.end);
}

function failSyntax(reader: Reader, expected: string): null {
  const token = reader.token;
  if (token.kind === "fault") return fail(reader, token.fault);
  const found =
    token.kind === "end" ? "the end of the rule" : shown(reader.text.slice(token.start, token.end));
  const message = `Found ${found}; expected ${expected}.`;
  return fail(reader, { code: "E_SYNTAX", column: token.start + 1, message });
}

function fail(reader: Reader, fault: RuleFault<TraitRuleCode>): null {
  reader.fault ??= fault;
  return null;
}

const MAX_SHOWN_CHARACTERS = 40;

/** What was found, in quotes unless it has its own, cut when it is long. */
function shown(text: string): string {
  const cut = text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
  return cut.startsWith('"') ? cut : `"${cut}"`;
}
