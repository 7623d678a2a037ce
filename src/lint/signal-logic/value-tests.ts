// What one comparison asks of one value, and what one such question says of another: that its answer is
// yes as well ("entails"), or cannot be ("excludes"). Everything said here is certain; what is not, is not said.

import { invariant } from "../../model/result.ts";
import { compileRegex, type Regex } from "../../rules/regex/regex.ts";
import { numberOf, wordsOf } from "../../rules/trait-rule/spelling.ts";
import type { Comparison } from "../../rules/trait-rule/trait-rule.ts";

export type NumberTestKind = "equalNumber" | "above" | "atLeast" | "below" | "atMost";
type TextTestKind = "equalText" | "contains" | "startsWith" | "endsWith";

export interface NumberTest {
  readonly kind: NumberTestKind;
  readonly number: number;
}

export interface TextTest {
  readonly kind: TextTestKind;
  /** Folded as the partner's signals are. */
  readonly text: string;
}

export interface WordsTest {
  readonly kind: "words";
  /** Folded, at least one. */
  readonly words: readonly string[];
}

export interface RegexTest {
  readonly kind: "regex";
  readonly pattern: string;
  readonly regex: Regex;
}

export type ValueTest = NumberTest | TextTest | WordsTest | RegexTest;

/** How a partner compares text. */
export interface Folding {
  readonly isCaseSensitive: boolean;
  fold(text: string): string;
}

/** The test of a comparison; for `!=` the one whose opposite it asks for. */
export function valueTestOf({ operator, value }: Comparison, { fold }: Folding): ValueTest {
  const number = numberOf(value.text);
  const text = fold(value.text);
  switch (operator) {
    case "==":
    case "!=":
      return value.kind === "number"
        ? { kind: "equalNumber", number }
        : { kind: "equalText", text };
    case ">":
      return { kind: "above", number };
    case ">=":
      return { kind: "atLeast", number };
    case "<":
      return { kind: "below", number };
    case "<=":
      return { kind: "atMost", number };
    case "contains":
      return { kind: "contains", text };
    case "startswith":
      return { kind: "startsWith", text };
    case "endswith":
      return { kind: "endsWith", text };
    case "matcheswords":
      return { kind: "words", words: wordsOf(value.text).map(fold) };
    case "matchesregex": {
      const compiled = compileRegex(value.text);
      invariant(
        compiled.ok,
        "a rule that was read holds a regular expression that does not compile",
      );
      return { kind: "regex", pattern: value.text, regex: compiled.value };
    }
  }
}

export function isNumberTest(test: ValueTest): test is NumberTest {
  return "number" in test;
}

/** Whether every value that passes the one passes the other. Numbers against numbers are `NumberRange`'s. */
export function entails(one: ValueTest, other: ValueTest, folding: Folding): boolean {
  switch (one.kind) {
    case "equalText":
      return passesAs(one.text, other, folding) === true;
    case "startsWith":
      if (other.kind === "startsWith" && one.text.startsWith(other.text)) return true;
      return holdsText(one.text, other);
    case "endsWith":
      if (other.kind === "endsWith" && one.text.endsWith(other.text)) return true;
      return holdsText(one.text, other);
    case "contains":
      return holdsText(one.text, other);
    case "words":
      if (other.kind === "words") return hasRun(one.words, other.words);
      return one.words.some((word) => isAscii(word) && holdsText(word, other));
    case "regex":
      if (other.kind === "regex") return one.pattern === other.pattern;
      return holdsText(one.regex.requiredText(!folding.isCaseSensitive) ?? "", other);
    default:
      return isNumberTest(other) && one.kind === other.kind && one.number === other.number;
  }
}

/** Whether no value passes both. Numbers against numbers are `NumberRange`'s. */
export function excludes(one: ValueTest, other: ValueTest, folding: Folding): boolean {
  if (one.kind === "equalText") return passesAs(one.text, other, folding) === false;
  if (other.kind === "equalText") return passesAs(other.text, one, folding) === false;
  if (isNumberTest(one)) return !isNumberTest(other) && !mayBeNumber(other);
  if (isNumberTest(other)) return !mayBeNumber(one);
  if (one.kind === "startsWith" && other.kind === "startsWith") {
    return !one.text.startsWith(other.text) && !other.text.startsWith(one.text);
  }
  if (one.kind === "endsWith" && other.kind === "endsWith") {
    return !one.text.endsWith(other.text) && !other.text.endsWith(one.text);
  }
  return false;
}

/** Whether a value that folds to this text passes; null where values that do so differ in the answer. */
function passesAs(text: string, test: ValueTest, { isCaseSensitive }: Folding): boolean | null {
  switch (test.kind) {
    case "equalText":
      return text === test.text;
    case "contains":
      return text.includes(test.text);
    case "startsWith":
      return text.startsWith(test.text);
    case "endsWith":
      return text.endsWith(test.text);
    case "words":
      // Folding a letter beyond ASCII may make two signs of it, of which one is no letter.
      return isCaseSensitive || isAscii(text) ? hasRun(wordsOf(text), test.words) : null;
    case "regex":
      return isCaseSensitive || isCaseless(text) ? test.regex.matches(text) : null;
    default:
      return numberPasses(numberOf(text), test);
  }
}

export function numberPasses(value: number, { kind, number }: NumberTest): boolean {
  switch (kind) {
    case "equalNumber":
      return value === number;
    case "above":
      return value > number;
    case "atLeast":
      return value >= number;
    case "below":
      return value < number;
    case "atMost":
      return value <= number;
  }
}

/** Whether a text that holds this one passes a test for some text in it. */
function holdsText(text: string, test: ValueTest): boolean {
  return test.kind === "contains" && text.includes(test.text);
}

const MAX_WORDS_OF_NUMBER = 2;

/** Whether the spelling of some number may pass. */
function mayBeNumber(test: TextTest | WordsTest | RegexTest): boolean {
  switch (test.kind) {
    case "regex":
      return true;
    case "words":
      return (
        test.words.length <= MAX_WORDS_OF_NUMBER &&
        test.words.every((word) => /^[0-9]+$/.test(word))
      );
    default:
      return /^[0-9.+-]*$/.test(test.text);
  }
}

function hasRun(words: readonly string[], sought: readonly string[]): boolean {
  return words.some((_, start) => sought.every((word, offset) => words[start + offset] === word));
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** Only one value folds to such a text: itself. */
function isCaseless(text: string): boolean {
  return isAscii(text) && !/[a-z]/i.test(text);
}
