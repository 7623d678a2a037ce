// Classes in square brackets, in Java's flavour: a class may hold further classes (their union), and an
// "&&" (intersection) is refused.

import { type CharacterSet, parseCharacterEscape, parseSetEscape } from "./parse-escape.ts";
import { type PatternReader, refuse, take, takeCodePoint, takeMatch } from "./pattern-reader.ts";
import type { SetItem } from "./pattern-tree.ts";

const QUOTED = /\\Q([\s\S]*?)(?:\\E|$)/y;
const MAX_CLASS_ITEMS = 1_000;

/** After the opening bracket, up to and with the closing one. */
export function parseClass(reader: PatternReader): CharacterSet | null {
  const negated = take(reader, "^");
  const items: SetItem[] = [];
  // A bracket that comes first is a character.
  if (take(reader, "]") && !addRangeOrCharacter(reader, items, 0x5d)) return null;
  while (!take(reader, "]")) {
    if (!addItem(reader, items)) return null;
    if (items.length > MAX_CLASS_ITEMS) {
      return refuse(reader, `a class of more than ${MAX_CLASS_ITEMS} items`);
    }
  }
  return { negated, items };
}

function addItem(reader: PatternReader, items: SetItem[]): boolean {
  if (reader.at >= reader.text.length) return refused(reader, 'a "[" without its "]"');
  if (take(reader, "&&")) return refused(reader, 'an intersection of classes ("&&")');
  if (take(reader, "[")) return addNestedClass(reader, items);
  const quoted = takeMatch(reader, QUOTED);
  if (quoted !== null) {
    for (const character of quoted[1] ?? "") items.push(single(character.codePointAt(0) ?? 0));
    return true;
  }
  if (!take(reader, "\\")) {
    const codePoint = takeCodePoint(reader);
    return codePoint !== null && addRangeOrCharacter(reader, items, codePoint);
  }
  const set = parseSetEscape(reader);
  if (set !== null) return addSet(reader, items, set);
  if (reader.fault !== null) return false;
  const codePoint = parseCharacterEscape(reader);
  return codePoint !== null && addRangeOrCharacter(reader, items, codePoint);
}

function addNestedClass(reader: PatternReader, items: SetItem[]): boolean {
  if (reader.nesting >= 10) return refused(reader, "classes nested more than ten deep");
  reader.nesting += 1;
  const inner = parseClass(reader);
  reader.nesting -= 1;
  return inner !== null && addSet(reader, items, inner);
}

function addSet(reader: PatternReader, items: SetItem[], set: CharacterSet): boolean {
  if (!set.negated) {
    items.push(...set.items);
    return true;
  }
  const [only] = set.items;
  if (set.items.length === 1 && only?.kind === "property") {
    items.push({ ...only, negated: !only.negated });
    return true;
  }
  const complement = complementOf(set.items);
  if (complement === null) return refused(reader, "a negated class inside a class");
  items.push(...complement);
  return true;
}

/** What plain ranges leave over; null when there is a property among them. */
function complementOf(items: readonly SetItem[]): readonly SetItem[] | null {
  const spans = items.flatMap((item) => (item.kind === "range" ? [item] : []));
  if (spans.length !== items.length) return null;
  spans.sort((one, other) => one.from - other.from);
  const left: SetItem[] = [];
  let next = 0;
  for (const { from, to } of spans) {
    if (from > next) left.push({ kind: "range", from: next, to: from - 1 });
    next = Math.max(next, to + 1);
  }
  if (next <= 0x10ffff) left.push({ kind: "range", from: next, to: 0x10ffff });
  return left;
}

/** A dash between two characters makes a range, anywhere else it is a character. */
function addRangeOrCharacter(reader: PatternReader, items: SetItem[], from: number): boolean {
  const next = reader.text[reader.at + 1];
  if (reader.text[reader.at] !== "-" || next === "]" || next === "[" || next === undefined) {
    items.push(single(from));
    return true;
  }
  reader.at += 1;
  const to = take(reader, "\\") ? parseCharacterEscape(reader) : takeCodePoint(reader);
  if (to === null) return false;
  if (to < from) return refused(reader, "a range whose end comes before its start");
  items.push({ kind: "range", from, to });
  return true;
}

function single(codePoint: number): SetItem {
  return { kind: "range", from: codePoint, to: codePoint };
}

function refused(reader: PatternReader, fault: string): false {
  refuse(reader, fault);
  return false;
}
