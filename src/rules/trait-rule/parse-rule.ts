// The grammar of trait rules' terms, a function for each production. The first fault in text order ends the
// parse: a production that fails leaves it in `reader.fault` and gives null.

import { err, ok, type Result } from "../../model/result.ts";
import { type BooleanLanguage, parseBooleanRule } from "../boolean-rule.ts";
import type { RuleFault } from "../rule-fault.ts";
import { asKeyword, asNamedOperator, isBareKey, isBareWord, isNumber } from "./spelling.ts";
import { nextToken, type Token } from "./tokens.ts";
import {
  type Comparison,
  type ComparisonOperator,
  type Literal,
  MAX_COMPARISONS,
  MAX_KEY_CHARACTERS,
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
  const rule = parseBooleanRule(LANGUAGE, reader);
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

const LANGUAGE: BooleanLanguage<Reader, Comparison> = {
  isAt: ({ token }, sought) =>
    token.kind === "word" ? asKeyword(token.text) === sought : token.kind === sought,
  advance,
  columnOf: (reader) => reader.token.start + 1,
  parseTerm: parseComparison,
  failSyntax,
  failTooDeep: (reader, message) =>
    fail(reader, { code: "E_TOO_DEEP", column: reader.token.start + 1, message }),
};

// comparison = key , operator , value
function parseComparison(reader: Reader): Comparison | null {
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
