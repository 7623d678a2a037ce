// Patterns as `java.util.regex.Pattern` reads them, as far as a server can run them without risk: what
// cannot run is refused here by name, and the caller says so to the author.

import { err, ok, type Result } from "../../model/result.ts";
import { parseClass } from "./parse-class.ts";
import {
  type CharacterSet,
  LINE_ENDS,
  parseCharacterEscape,
  parseSetEscape,
  ranges,
} from "./parse-escape.ts";
import {
  type PatternFlags,
  type PatternReader,
  patternReader,
  refuse,
  take,
  takeCodePoint,
  takeMatch,
} from "./pattern-reader.ts";
import type { Assertion, OneOf, Pattern } from "./pattern-tree.ts";

/** Groups around one another. */
const MAX_NESTING = 100;
export const MAX_REPEAT = 1_000;

const QUOTED = /\\Q([\s\S]*?)(?:\\E|$)/y;
const FLAGS = /\(\?([A-Za-z]*)(?:-([A-Za-z]+))?([:)])/y;
const NAME = /\(\?<([A-Za-z][A-Za-z0-9]*)>/y;
const QUANTIFIER = /([*+?])|\{(\d{1,9})(,?)(\d{0,9})\}/y;
const BACK_REFERENCE = /([1-9])|k<([A-Za-z][A-Za-z0-9]*)>/y;

const ASSERTION_ESCAPES: Readonly<Record<string, Assertion>> = {
  A: "start",
  z: "end",
  // Before a last line end as well, in Java; on a whole-value match that is the end.
  Z: "end",
  b: "boundary",
  B: "noBoundary",
};

export function parsePattern(text: string): Result<Pattern, string> {
  const reader = patternReader(text);
  const pattern = parseChoice(reader);
  if (pattern !== null && reader.at < text.length) refuse(reader, 'a ")" without its "("');
  if (pattern === null || reader.fault !== null) return err(reader.fault ?? "nothing readable");
  return ok(pattern);
}

// choice = sequence , { "|" , sequence }. Flags set inside end with the group.
function parseChoice(reader: PatternReader): Pattern | null {
  const flagsOutside = reader.flags;
  const options: Pattern[] = [];
  do {
    const option = parseSequence(reader);
    if (option === null) return null;
    options.push(option);
  } while (take(reader, "|"));
  reader.flags = flagsOutside;
  const [only] = options;
  if (options.length === 1 && only !== undefined) return only;
  return mergedCharacters(options) ?? { kind: "choice", options };
}

/** `a|b|[cd]` is a set of characters. */
function mergedCharacters(options: readonly Pattern[]): OneOf | null {
  const sets = options.flatMap((option) =>
    option.kind === "oneOf" && !option.negated ? [option] : [],
  );
  const [first] = sets;
  if (first === undefined || sets.length < options.length) return null;
  if (sets.some(({ ignoreCase }) => ignoreCase !== first.ignoreCase)) return null;
  return { ...first, items: sets.flatMap(({ items }) => items) };
}

// sequence = { atom , [ quantifier ] }
function parseSequence(reader: PatternReader): Pattern | null {
  const items: Pattern[] = [];
  while (reader.at < reader.text.length) {
    const next = reader.text[reader.at];
    if (next === "|" || next === ")") break;
    if (addQuoted(reader, items)) continue;
    const atom = parseAtom(reader);
    if (atom === null) return null;
    // A flag such as `(?i)` stands for nothing by itself.
    if (atom === "flags") continue;
    const item = parseQuantifier(reader, atom);
    if (item === null) return null;
    items.push(item);
  }
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: "sequence", items };
}

/** `\Q…\E`: a quantifier after it belongs to its last character. */
function addQuoted(reader: PatternReader, items: Pattern[]): boolean {
  const quoted = takeMatch(reader, QUOTED);
  if (quoted === null) return false;
  const characters = [...(quoted[1] ?? "")];
  for (const [index, character] of characters.entries()) {
    const one = oneCharacter(reader.flags, character.codePointAt(0) ?? 0);
    const item = index === characters.length - 1 ? parseQuantifier(reader, one) : one;
    if (item !== null) items.push(item);
  }
  return true;
}

function parseAtom(reader: PatternReader): Pattern | "flags" | null {
  const character = reader.text[reader.at] ?? "";
  if (character === "(") return parseGroup(reader);
  if (take(reader, "[")) return fromSet(reader.flags, parseClass(reader));
  if (take(reader, "\\")) return parseEscape(reader);
  if (take(reader, "^")) return assertion(reader.flags.multiline ? "lineStart" : "start");
  if (take(reader, "$")) return assertion(reader.flags.multiline ? "lineEnd" : "end");
  if (take(reader, ".")) {
    const items = reader.flags.dotAll ? ranges([0, 0x10ffff]) : LINE_ENDS;
    return { kind: "oneOf", negated: !reader.flags.dotAll, items, ignoreCase: false };
  }
  if ("*+?{".includes(character)) {
    return refuse(reader, `a "${character}" with nothing before it to repeat`);
  }
  return oneCharacter(reader.flags, takeCodePoint(reader) ?? 0);
}

// group = "(" , [ kind ] , choice , ")"
function parseGroup(reader: PatternReader): Pattern | "flags" | null {
  if (reader.nesting >= MAX_NESTING) return refuse(reader, `more than ${MAX_NESTING} open groups`);
  if (take(reader, "(?>")) return refuse(reader, 'an atomic group ("(?>")');
  for (const [opening, ahead, negated] of LOOKS) {
    if (!take(reader, opening)) continue;
    const body = parseGroupBody(reader);
    return body === null ? null : { kind: "look", ahead, negated, body };
  }
  const flags = takeMatch(reader, FLAGS);
  if (flags !== null) return parseFlags(reader, flags);
  const name = takeMatch(reader, NAME)?.[1];
  if (name === undefined && reader.text.startsWith("(?", reader.at)) {
    return refuse(reader, `the unknown group "${reader.text.slice(reader.at, reader.at + 4)}"`);
  }
  if (name === undefined) reader.at += 1;
  reader.groupCount += 1;
  if (name !== undefined) reader.groupsByName.set(name, reader.groupCount);
  const body = parseGroupBody(reader);
  return body === null ? null : { kind: "group", body };
}

const LOOKS = [
  ["(?=", true, false],
  ["(?!", true, true],
  ["(?<=", false, false],
  ["(?<!", false, true],
] as const;

function parseGroupBody(reader: PatternReader): Pattern | null {
  reader.nesting += 1;
  const body = parseChoice(reader);
  reader.nesting -= 1;
  if (body === null || take(reader, ")")) return body;
  return refuse(reader, 'a "(" without its ")"');
}

/** `(?i)` holds to the end of the group around it, `(?i:…)` for its own content. */
function parseFlags(reader: PatternReader, match: RegExpExecArray): Pattern | "flags" | null {
  const [, on = "", off = "", end] = match;
  const unknown = [...on, ...off].find((flag) => !"ismud".includes(flag));
  if (unknown !== undefined) return refuse(reader, `the flag "${unknown}"`);
  const outside = reader.flags;
  const value = (flag: string, before: boolean): boolean =>
    (before || on.includes(flag)) && !off.includes(flag);
  reader.flags = {
    ignoreCase: value("i", outside.ignoreCase),
    dotAll: value("s", outside.dotAll),
    multiline: value("m", outside.multiline),
  };
  if (end === ")") return "flags";
  const body = parseGroupBody(reader);
  reader.flags = outside;
  return body;
}

function parseEscape(reader: PatternReader): Pattern | null {
  const letter = reader.text[reader.at] ?? "";
  if (letter === "R" && take(reader, "R")) return lineBreak();
  if (Object.hasOwn(ASSERTION_ESCAPES, letter) && reader.text[reader.at + 1] !== "{") {
    reader.at += 1;
    return assertion(ASSERTION_ESCAPES[letter] ?? "start");
  }
  const back = takeMatch(reader, BACK_REFERENCE);
  if (back !== null) {
    const group = back[1] === undefined ? reader.groupsByName.get(back[2] ?? "") : Number(back[1]);
    if (group === undefined || group > reader.groupCount) {
      return refuse(reader, `a reference "\\${back[0]}" to a group that does not come before it`);
    }
    return { kind: "backReference", group, ignoreCase: reader.flags.ignoreCase };
  }
  const set = parseSetEscape(reader);
  if (set !== null) return fromSet(reader.flags, set);
  if (reader.fault !== null) return null;
  const codePoint = parseCharacterEscape(reader);
  return codePoint === null ? null : oneCharacter(reader.flags, codePoint);
}

function parseQuantifier(reader: PatternReader, atom: Pattern): Pattern | null {
  const match = takeMatch(reader, QUANTIFIER);
  if (match === null) return atom;
  const [text, sign, least = "", comma, most = ""] = match;
  const min = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
  const max = sign === undefined ? mostOf(min, comma, most) : sign === "?" ? 1 : Infinity;
  if (max < min) return refuse(reader, `the repeat "${text}", whose most is below its least`);
  if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Infinity)) {
    return refuse(reader, `the repeat "${text}"; the most is ${MAX_REPEAT}`);
  }
  if (take(reader, "+")) return refuse(reader, `a possessive quantifier ("${text}+")`);
  const repeat: Pattern = { kind: "repeat", body: atom, min, max, lazy: take(reader, "?") };
  if ("*+?{".includes(reader.text[reader.at] ?? "|")) {
    return refuse(reader, "a quantifier right after another");
  }
  return repeat;
}

function mostOf(min: number, comma: string | undefined, most: string): number {
  if (comma !== ",") return min;
  return most === "" ? Number.POSITIVE_INFINITY : Number(most);
}

function fromSet(flags: PatternFlags, set: CharacterSet | null): Pattern | null {
  if (set === null) return null;
  return { kind: "oneOf", ...set, ignoreCase: flags.ignoreCase };
}

function oneCharacter(flags: PatternFlags, codePoint: number): Pattern {
  const items = ranges([codePoint, codePoint]);
  return { kind: "oneOf", negated: false, items, ignoreCase: flags.ignoreCase };
}

function assertion(kind: Assertion): Pattern {
  return { kind: "assertion", assertion: kind };
}

function lineBreak(): Pattern {
  const one = (from: number, to: number): Pattern => ({
    kind: "oneOf",
    negated: false,
    items: ranges([from, to]),
    ignoreCase: false,
  });
  const pair: Pattern = { kind: "sequence", items: [one(0x0d, 0x0d), one(0x0a, 0x0a)] };
  const single: Pattern = {
    kind: "oneOf",
    negated: false,
    items: ranges([0x0a, 0x0d], [0x85, 0x85], [0x2028, 0x2029]),
    ignoreCase: false,
  };
  return { kind: "choice", options: [pair, single] };
}
