// How words, keys, numbers and words inside values are spelt ("Audience model", Grammar and Comparison
// semantics). Letters and digits of the language itself are ASCII; those inside values are Unicode's.

import { NAMED_OPERATORS, type NamedOperator } from "./tree.ts";

const BARE_WORD = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const ASCII_LETTER = /[A-Za-z]/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const KEYWORDS = ["AND", "OR", "NOT"] as const;
const WORDS_OF_VALUE = /[\p{L}\p{Nd}]+/gu;

export type Keyword = (typeof KEYWORDS)[number];

export function isBareWord(text: string): boolean {
  return BARE_WORD.test(text);
}

export function isBareKey(text: string): boolean {
  return BARE_WORD.test(text) && ASCII_LETTER.test(text);
}

export function asKeyword(word: string): Keyword | null {
  const upper = word.length <= 3 ? word.toUpperCase() : "";
  return KEYWORDS.find((keyword) => keyword === upper) ?? null;
}

export function asNamedOperator(word: string): NamedOperator | null {
  const lower = word.toLowerCase();
  return NAMED_OPERATORS.find((name) => name === lower) ?? null;
}

export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** The number that a text spells, NaN when it spells none: `1e5`, ` 1` and `1,000` are no numbers. */
export function numberOf(text: string): number {
  const whole = shortWholeNumber(text);
  if (whole >= 0) return whole;
  // Minus zero becomes zero, so that equal numbers have one spelling.
  return isNumber(text) ? Number(text) + 0 : Number.NaN;
}

const MAX_SHORT_DIGITS = 9;

/** The commonest spelling, read without a regular expression; -1 for every other text. */
function shortWholeNumber(text: string): number {
  if (text.length === 0 || text.length > MAX_SHORT_DIGITS) return -1;
  let number = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Runs of letters and digits, in the order of the text. */
export function wordsOf(text: string): string[] {
  return text.match(WORDS_OF_VALUE) ?? [];
}
