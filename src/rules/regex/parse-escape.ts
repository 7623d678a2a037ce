// What a backslash can begin, in Java's flavour: single characters and sets of characters.

import { type PatternReader, refuse, take, takeCodePoint, takeMatch } from "./pattern-reader.ts";
import type { SetItem } from "./pattern-tree.ts";

export interface CharacterSet {
  readonly negated: boolean;
  readonly items: readonly SetItem[];
}

const CONTROL_ESCAPES: Readonly<Record<string, number>> = {
  t: 0x09,
  n: 0x0a,
  r: 0x0d,
  f: 0x0c,
  a: 0x07,
  e: 0x1b,
};

const DIGITS = ranges([0x30, 0x39]);
const UPPER = ranges([0x41, 0x5a]);
const LOWER = ranges([0x61, 0x7a]);
const LETTERS = [...UPPER, ...LOWER];
/** Java's `\s` holds the vertical tab. */
const SPACE = ranges([0x09, 0x0d], [0x20, 0x20]);
const HORIZONTAL_SPACE = ranges(
  [0x09, 0x09],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
);
const VERTICAL_SPACE = ranges([0x0a, 0x0d], [0x85, 0x85], [0x2028, 0x2029]);
/** What a dot does not match unless `(?s)` says so. */
export const LINE_ENDS = ranges([0x0a, 0x0a], [0x0d, 0x0d], [0x85, 0x85], [0x2028, 0x2029]);
const PUNCTUATION = ranges([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]);

const SHORT_CLASSES: Readonly<Record<string, readonly SetItem[]>> = {
  d: DIGITS,
  w: [...LETTERS, ...DIGITS, ...ranges([0x5f, 0x5f])],
  s: SPACE,
  h: HORIZONTAL_SPACE,
  v: VERTICAL_SPACE,
};

/** ASCII classes by their POSIX names, as Java spells them: `\p{Alpha}`. */
const POSIX_CLASSES: Readonly<Record<string, readonly SetItem[]>> = {
  Lower: LOWER,
  Upper: UPPER,
  ASCII: ranges([0x00, 0x7f]),
  Alpha: LETTERS,
  Digit: DIGITS,
  Alnum: [...LETTERS, ...DIGITS],
  Punct: PUNCTUATION,
  Graph: ranges([0x21, 0x7e]),
  Print: ranges([0x20, 0x7e]),
  Blank: ranges([0x09, 0x09], [0x20, 0x20]),
  Cntrl: ranges([0x00, 0x1f], [0x7f, 0x7f]),
  XDigit: [...DIGITS, ...ranges([0x41, 0x46], [0x61, 0x66])],
  Space: SPACE,
};

const PROPERTY = /([pP])(?:\{([^}]*)\}|(\p{L}))/uy;
const CATEGORY = /^(?:L[ultmoC]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfons]?)$/;
const SCRIPT = /^[A-Z][A-Za-z_]+$/;
const HEX = /x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/y;
const UTF16 = /u([0-9a-fA-F]{4})/y;
const LOW_SURROGATE = /\\u([dD][c-fC-F][0-9a-fA-F]{2})/y;
const OCTAL = /0([0-3]?[0-7]{1,2})/y;
const CONTROL = /c([@-_])/y;

/** After a backslash: a set such as `\d` or `\p{L}`; null, with or without a fault, when it is none. */
export function parseSetEscape(reader: PatternReader): CharacterSet | null {
  const letter = reader.text[reader.at] ?? "";
  const items = SHORT_CLASSES[letter.toLowerCase()];
  if (items !== undefined) {
    reader.at += 1;
    return { negated: letter !== letter.toLowerCase(), items };
  }
  if (letter !== "p" && letter !== "P") return null;
  const match = takeMatch(reader, PROPERTY);
  if (match === null) return refuse(reader, 'a "\\p" without a property in braces');
  const name = match[2] ?? match[3] ?? "";
  const property = propertyItems(name);
  if (property === null) return refuse(reader, `the unknown property "\\p{${name.slice(0, 40)}}"`);
  return { negated: letter === "P", items: property };
}

function propertyItems(name: string): readonly SetItem[] | null {
  const posix = Object.hasOwn(POSIX_CLASSES, name) ? POSIX_CLASSES[name] : undefined;
  if (posix !== undefined) return posix;
  const [, kind, rest = ""] = /^(Is|gc=|general_category=|sc=|script=)(.*)$/.exec(name) ?? [];
  const plain = kind === undefined ? name : rest;
  const isScriptKind = kind === "sc=" || kind === "script=";
  if (plain === "Alphabetic" && kind === "Is") return [category("L"), category("Nl")];
  if (CATEGORY.test(plain) && !isScriptKind) return [category(plain === "LC" ? "L" : plain)];
  if (SCRIPT.test(plain) && (kind === "Is" || isScriptKind)) {
    return [{ kind: "property", property: "script", name: plain, negated: false }];
  }
  return null;
}

function category(name: string): SetItem {
  return { kind: "property", property: "category", name, negated: false };
}

/** After a backslash: the one character that it spells; null with a fault when it spells none. */
export function parseCharacterEscape(reader: PatternReader): number | null {
  const letter = reader.text[reader.at];
  if (letter === undefined) return refuse(reader, "a backslash at the end");
  const control = Object.hasOwn(CONTROL_ESCAPES, letter) ? CONTROL_ESCAPES[letter] : undefined;
  if (control !== undefined && take(reader, letter)) return control;

  const hex = takeMatch(reader, HEX);
  if (hex !== null) return checkedCodePoint(reader, Number.parseInt(hex[1] ?? hex[2] ?? "", 16));
  const unit = takeMatch(reader, UTF16);
  if (unit !== null) return parseUtf16(reader, Number.parseInt(unit[1] ?? "", 16));
  const octal = takeMatch(reader, OCTAL);
  if (octal !== null) return Number.parseInt(octal[1] ?? "", 8);
  const controlLetter = takeMatch(reader, CONTROL);
  if (controlLetter !== null) return (controlLetter[1] ?? "").charCodeAt(0) ^ 0x40;

  if (/[A-Za-z0-9]/.test(letter)) return refuse(reader, `the unknown escape "\\${letter}"`);
  return takeCodePoint(reader);
}

/** Java spells characters beyond 0xFFFF as two escapes, a high and a low surrogate. */
function parseUtf16(reader: PatternReader, unit: number): number {
  if (unit < 0xd800 || unit > 0xdbff) return unit;
  const low = takeMatch(reader, LOW_SURROGATE);
  if (low === null) return unit;
  return 0x10000 + ((unit - 0xd800) << 10) + (Number.parseInt(low[1] ?? "", 16) - 0xdc00);
}

function checkedCodePoint(reader: PatternReader, codePoint: number): number | null {
  return codePoint <= 0x10ffff ? codePoint : refuse(reader, "a character beyond U+10FFFF");
}

export function ranges(...pairs: readonly (readonly [number, number])[]): readonly SetItem[] {
  return pairs.map(([from, to]) => ({ kind: "range", from, to }));
}
