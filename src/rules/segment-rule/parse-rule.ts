// The grammar of segment rules' terms, a function for each production. The first fault in text order ends the
// parse: a production that fails leaves it in `reader.fault` and gives null.

import { asTraitId } from "../../model/ids.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { type BooleanLanguage, parseBooleanRule } from "../boolean-rule.ts";
import type { RuleFault } from "../rule-fault.ts";
import { nextToken, type Token, type TokenKind } from "./tokens.ts";
import {
  type FrequencyComparison,
  type FrequencyTerm,
  MAX_FREQUENCY,
  MAX_RECENCY_DAYS,
  MAX_RULE_CHARACTERS,
  type Recency,
  type RecencyComparison,
  type SegmentRule,
  type SegmentRuleCode,
  type SegmentTerm,
  type TraitReference,
} from "./tree.ts";

interface Reader {
  readonly text: string;
  /** The token that is looked at now. */
  token: Token;
  nesting: number;
  fault: RuleFault<SegmentRuleCode> | null;
}

export function parseRuleText(text: string): Result<SegmentRule, RuleFault<SegmentRuleCode>> {
  if (text.length > MAX_RULE_CHARACTERS) {
    const message = `Found ${text.length} characters; a segment rule has at most ${MAX_RULE_CHARACTERS}.`;
    return err({ code: "E_TOO_LONG", column: MAX_RULE_CHARACTERS + 1, message });
  }
  const reader: Reader = { text, token: nextToken(text, 0), nesting: 0, fault: null };
  if (reader.token.kind === "end") {
    return err({
      code: "E_EMPTY",
      column: 1,
      message: "Found no rule; expected a trait such as 123T.",
    });
  }
  const rule = parseBooleanRule(LANGUAGE, reader);
  if (rule !== null) return ok(rule);
  return err(reader.fault ?? { code: "E_SYNTAX", column: 1, message: "Found no rule." });
}

const LANGUAGE: BooleanLanguage<Reader, SegmentTerm> = {
  isAt: (reader, sought) => reader.token.kind === sought,
  advance,
  columnOf: (reader) => reader.token.start + 1,
  parseTerm,
  failSyntax,
  failTooDeep: (reader, message) => fail(reader, "E_TOO_DEEP", message),
};

// term = trait | freq
function parseTerm(reader: Reader): SegmentTerm | null {
  if (reader.token.kind === "FREQUENCY") return parseFrequency(reader);
  const trait = parseTrait(reader, 'a trait such as 123T, frequency, NOT or "("');
  return trait === null ? null : { kind: "trait", trait };
}

// trait = digits , "T"
function parseTrait(reader: Reader, expected: string): TraitReference | null {
  const { kind, text, start } = reader.token;
  if (kind === "trait") {
    const sid = Number(text.slice(0, -1));
    if (!Number.isSafeInteger(sid)) {
      return fail(
        reader,
        "E_BAD_TRAIT_ID",
        `Found ${shown(text)}, which is larger than any trait's ID.`,
      );
    }
    advance(reader);
    return { sid: asTraitId(sid), column: start + 1 };
  }
  if (/^[0-9]/.test(text)) {
    const message = `Found ${shown(text)}; a trait is written as the digits of its ID and a T, such as 123T.`;
    return fail(reader, "E_BAD_TRAIT_ID", message);
  }
  return failSyntax(reader, expected);
}

// freq = "FREQUENCY" , "(" , "[" , trait , { "," , trait } , "]" , [ rec_op , digits , "D" ] , ")" ,
//        freq_op , digits
function parseFrequency(reader: Reader): FrequencyTerm | null {
  advance(reader);
  if (!expect(reader, "(", '"(" after frequency')) return null;
  const traits = parseTraitList(reader);
  if (traits === null) return null;
  let recency: Recency | null = null;
  if (reader.token.kind === "sign") {
    recency = parseRecency(reader);
    if (recency === null) return null;
  }
  const closing =
    recency === null ? '")", or days such as <= 7D and ")"' : '")" after the number of days';
  if (!expect(reader, ")", closing)) return null;
  const comparison = parseFrequencyComparison(reader);
  if (comparison === null) return null;
  const count = parseCount(reader, comparison);
  return count === null ? null : { kind: "frequency", traits, recency, comparison, count };
}

function parseTraitList(reader: Reader): TraitReference[] | null {
  if (!expect(reader, "[", "a list of traits in brackets such as [123T, 456T]")) return null;
  const traits: TraitReference[] = [];
  do {
    const trait = parseTrait(reader, "a trait such as 123T");
    if (trait === null) return null;
    traits.push(trait);
  } while (take(reader, ","));
  return expect(reader, "]", '"," or "]" after a trait') ? traits : null;
}

function parseRecency(reader: Reader): Recency | null {
  const comparison = recencyComparison(reader.token.text);
  if (comparison === null) {
    const message = `Found ${shown(reader.token.text)} before the number of days; expected "<=" or ">=".`;
    return fail(reader, "E_BAD_OPERATOR", message);
  }
  advance(reader);
  const { kind, text } = reader.token;
  if (kind !== "days") return failSyntax(reader, "a number of days and a D, such as 7D");
  const days = Number(text.slice(0, -1));
  if (days < 1 || days > MAX_RECENCY_DAYS) {
    const message = `Found ${shown(text)}; expected 1 to ${MAX_RECENCY_DAYS} days.`;
    return fail(reader, "E_RECENCY_RANGE", message);
  }
  advance(reader);
  return { comparison, days };
}

function parseFrequencyComparison(reader: Reader): FrequencyComparison | null {
  const { kind, text } = reader.token;
  if (kind !== "sign") {
    const message = `Found ${foundIn(reader.token)} after the list; expected how often, such as >= 1.`;
    return fail(reader, "E_FREQUENCY_REQUIRED", message);
  }
  const comparison = text === "==" ? text : recencyComparison(text);
  if (comparison === null) {
    const message = `Found ${shown(text)} after the list; expected ">=", "<=" or "==".`;
    return fail(reader, "E_BAD_OPERATOR", message);
  }
  advance(reader);
  return comparison;
}

function parseCount(reader: Reader, comparison: FrequencyComparison): number | null {
  const { kind, text } = reader.token;
  if (kind !== "number") return failSyntax(reader, `a whole number after "${comparison}"`);
  const count = Number(text);
  if (count > MAX_FREQUENCY) {
    const message = `Found ${shown(text)}; expected at most ${MAX_FREQUENCY}.`;
    return fail(reader, "E_FREQUENCY_RANGE", message);
  }
  if (count === 0 && comparison === ">=") {
    const message = 'Found ">= 0", which everybody meets; expected 1 at least after ">=".';
    return fail(reader, "E_FREQUENCY_RANGE", message);
  }
  advance(reader);
  return count;
}

function recencyComparison(sign: string): RecencyComparison | null {
  if (sign === "<=" || sign === ">=") return sign;
  return sign === "=>" ? ">=" : null;
}

function take(reader: Reader, kind: TokenKind): boolean {
  if (reader.token.kind !== kind) return false;
  advance(reader);
  return true;
}

function expect(reader: Reader, kind: TokenKind, expected: string): boolean {
  if (take(reader, kind)) return true;
  failSyntax(reader, expected);
  return false;
}

function advance(reader: Reader): void {
  reader.token = nextToken(reader.text, reader.token.start + reader.token.text.length);
}

/** A comparison sign where none belongs has a code of its own. */
function failSyntax(reader: Reader, expected: string): null {
  const code = reader.token.kind === "sign" ? "E_BAD_OPERATOR" : "E_SYNTAX";
  return fail(reader, code, `Found ${foundIn(reader.token)}; expected ${expected}.`);
}

function fail(reader: Reader, code: SegmentRuleCode, message: string): null {
  reader.fault ??= { code, column: reader.token.start + 1, message };
  return null;
}

function foundIn({ kind, text }: Token): string {
  if (kind === "end") return "the end of the rule";
  if (kind !== "other" || /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)) return shown(text);
  const codePoint = (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `the character U+${codePoint}`;
}

const MAX_SHOWN_CHARACTERS = 40;

/** In quotes, cut when it is long. */
function shown(text: string): string {
  const cut = text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
  return text === '"' ? "a double quote" : `"${cut}"`;
}
