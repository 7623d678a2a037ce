// From text to tokens, one at a time: the parser asks for the next token only when all before it made
// sense, so that the fault reported is the first one of the text.

import type { RuleFault } from "../rule-fault.ts";
import type { ComparisonOperator, TraitRuleCode } from "./tree.ts";

export type Token = {
  /** Offsets into the rule's text. */
  readonly start: number;
  readonly end: number;
} & (
  | { readonly kind: "(" | ")" | "end" }
  /** `text` is what the quotes enclose, escapes resolved. */
  | { readonly kind: "string" | "word"; readonly text: string }
  | { readonly kind: "relation"; readonly operator: ComparisonOperator }
  | { readonly kind: "fault"; readonly fault: RuleFault<TraitRuleCode> }
);

const WHITE_SPACE = /\s*/y;
const WORD = /[+A-Za-z0-9_.-][A-Za-z0-9_.-]*/y;
/** Longest first. */
const RELATION = /==|!=|>=|=>|<=|>|</y;
/** Everything up to the closing quote; a backslash takes the next character with it. */
const STRING = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const ESCAPE = /\\(["\\])/g;

const RELATION_OPERATORS: Readonly<Record<string, ComparisonOperator>> = {
  "==": "==",
  "!=": "!=",
  ">=": ">=",
  "=>": ">=",
  "<=": "<=",
  ">": ">",
  "<": "<",
};

export function nextToken(text: string, from: number): Token {
  const start = from + (matchAt(WHITE_SPACE, text, from)?.length ?? 0);
  const first = text[start];
  if (first === undefined) return { kind: "end", start, end: start };
  if (first === "(" || first === ")") return { kind: first, start, end: start + 1 };
  if (first === '"') return stringToken(text, start);

  const word = matchAt(WORD, text, start);
  if (word !== null) return { kind: "word", text: word, start, end: start + word.length };

  const relation = matchAt(RELATION, text, start);
  const operator = relation === null ? undefined : RELATION_OPERATORS[relation];
  if (relation !== null && operator !== undefined) {
    return { kind: "relation", operator, start, end: start + relation.length };
  }
  if (first === "=") {
    return fault("E_SINGLE_EQUALS", start, 'Found a single "="; equality is written "==".');
  }
  return fault("E_BAD_CHAR", start, badCharacterMessage(text, start));
}

function stringToken(text: string, start: number): Token {
  const quoted = matchAt(STRING, text, start);
  if (quoted === null) {
    const message = `Found a string that begins with '"' and has no end; expected a closing '"'.`;
    return fault("E_UNTERMINATED_STRING", start, message);
  }
  const content = quoted.slice(1, -1).replace(ESCAPE, "$1");
  return { kind: "string", text: content, start, end: start + quoted.length };
}

function badCharacterMessage(text: string, at: number): string {
  // Whole characters, not halves of one.
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if ("'‘’“”`".includes(character)) {
    return `Found ${character}; strings are written in straight double quotes.`;
  }
  if (character === "&" || character === "|" || character === "!") {
    return `Found "${character}"; expected AND, OR or NOT as a word, or "!=".`;
  }
  const printable = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character);
  const shown = printable ? `"${character}"` : `the character U+${codePointName(character)}`;
  return `Found ${shown}; outside double quotes a rule holds ASCII letters, digits, "_", "-", ".", "+", parentheses and operators.`;
}

function codePointName(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

function fault(code: TraitRuleCode, start: number, message: string): Token {
  return { kind: "fault", start, end: start, fault: { code, column: start + 1, message } };
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
