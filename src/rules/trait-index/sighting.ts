// One walk over the signals of a call: which predicates are true because a value leads to them, and what
// the rest will be asked about.

import type { Signals } from "../../model/signal.ts";
import { numberOf } from "../trait-rule/spelling.ts";
import type { Bits } from "./bits.ts";
import type { CallFacts } from "./call-facts.ts";
import {
  HAS_ENDS,
  HAS_EQUAL_NUMBERS,
  HAS_EQUALS,
  HAS_FACTS,
  HAS_INSIDES,
  HAS_NUMBERS,
  type KeyTable,
} from "./key-table.ts";
import { type PredicateDictionary, spacedWords } from "./predicates.ts";
import { type SoughtText, TextAutomaton } from "./text-automaton.ts";
import {
  addToHash,
  EQUAL,
  hashOfText,
  NUMBER,
  PREFIX,
  SUFFIX,
  startHash,
  TextTable,
} from "./text-table.ts";

const MIN_UNITS = 1_024;
const MAX_FEW_TEXTS = 4;
/** A longer text may be looked for in time that grows with its length too. */
const MAX_FEW_TEXT_UNITS = 64;
const SPACE = 0x20;
const ASCII = 0x80;

export class Sighting {
  readonly #keyIds: ReadonlyMap<string, number>;
  readonly #keys: KeyTable;
  readonly #texts: TextTable;
  readonly #automaton: TextAutomaton;
  /** The texts of a root that has so few that looking for each is faster than the automaton. */
  readonly #fewTexts: readonly (readonly SoughtText[] | null)[];
  readonly #fold: (text: string) => string;
  readonly #facts: CallFacts;
  readonly #sighted: Bits;
  #units = new Uint16Array(MIN_UNITS);

  constructor(
    dictionary: PredicateDictionary,
    keys: KeyTable,
    { facts, sighted, fold }: { facts: CallFacts; sighted: Bits; fold: (text: string) => string },
  ) {
    this.#keyIds = dictionary.keys;
    this.#keys = keys;
    this.#texts = new TextTable(dictionary.predicates);
    this.#automaton = new TextAutomaton(keys.rootCount, keys.soughtTexts);
    this.#fewTexts = fewTextsByRoot(keys);
    this.#fold = fold;
    this.#facts = facts;
    this.#sighted = sighted;
  }

  walk(signals: Signals): void {
    const { keys, values, folded } = signals;
    for (let row = 0; row < keys.length; row += 1) {
      const key = this.#keyIds.get(keys[row] ?? "");
      if (key === undefined) continue;
      const text = folded[row] ?? "";
      const flags = this.#keys.flags(key);
      if ((flags & (HAS_NUMBERS | HAS_FACTS)) !== 0) this.#note(key, row, flags, signals);
      if ((flags & (HAS_EQUALS | HAS_ENDS)) !== 0) {
        this.#texts.lookIn(key, text);
        this.#findFromStart(key, text, (flags & HAS_EQUALS) !== 0);
        this.#findFromEnd(key, text);
      }
      if ((flags & HAS_INSIDES) !== 0) this.#findInside(key, text, values[row] ?? "");
    }
  }

  #note(key: number, row: number, flags: number, { values, folded }: Signals): void {
    const number = (flags & HAS_NUMBERS) === 0 ? Number.NaN : numberOf(values[row] ?? "");
    if ((flags & HAS_FACTS) !== 0) this.#facts.note(key, row, number, folded);
    if ((flags & HAS_EQUAL_NUMBERS) === 0 || Number.isNaN(number)) return;
    const text = `${number}`;
    this.#texts.lookIn(key, text);
    this.#look(NUMBER, hashOfText(key, text, false), 0, text.length);
  }

  /** Prefixes, and the whole. */
  #findFromStart(key: number, text: string, seeksWhole: boolean): void {
    let at = this.#keys.firstPrefixLength(key);
    const end = this.#keys.endOfPrefixLengths(key);
    if (!seeksWhole && at === end) return;
    const { lengths } = this.#keys;
    let nextLength = at < end ? (lengths[at] ?? 0) : -1;
    let hash = startHash(key);
    for (let i = 0; i < text.length; i += 1) {
      hash = addToHash(hash, text.charCodeAt(i));
      if (i + 1 !== nextLength) continue;
      this.#look(PREFIX, hash, 0, nextLength);
      at += 1;
      nextLength = at < end ? (lengths[at] ?? 0) : -1;
      if (nextLength < 0 && !seeksWhole) return;
    }
    if (seeksWhole) this.#look(EQUAL, hash, 0, text.length);
  }

  #findFromEnd(key: number, text: string): void {
    const end = this.#keys.endOfSuffixLengths(key);
    const { lengths } = this.#keys;
    let hash = startHash(key);
    let taken = 0;
    for (let at = this.#keys.firstSuffixLength(key); at < end; at += 1) {
      const length = lengths[at] ?? 0;
      if (length > text.length) return;
      for (; taken < length; taken += 1) {
        hash = addToHash(hash, text.charCodeAt(text.length - 1 - taken));
      }
      this.#look(SUFFIX, hash, text.length - length, text.length);
    }
  }

  #look(role: number, hash: number, start: number, end: number): void {
    const predicate = this.#texts.find(role, hash, start, end);
    if (predicate >= 0) this.#sighted.add(predicate);
  }

  #findInside(key: number, folded: string, original: string): void {
    const substrings = this.#keys.substringRoot(key);
    if (substrings >= 0) this.#findSubstrings(substrings, folded);
    const words = this.#keys.wordsRoot(key);
    if (words < 0) return;
    const length = this.#asciiWords(folded);
    if (length >= 0) this.#automaton.scan(words, this.#units, length, this.#sighted);
    else this.#scan(words, spacedWords(original, this.#fold));
  }

  #findSubstrings(root: number, text: string): void {
    const few = this.#fewTexts[root] ?? null;
    if (few === null) {
      this.#scan(root, text);
      return;
    }
    for (const sought of few) {
      if (text.includes(sought.text)) this.#sighted.add(sought.predicate);
    }
  }

  #scan(root: number, text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i += 1) this.#units[i] = text.charCodeAt(i);
    this.#automaton.scan(root, this.#units, text.length, this.#sighted);
  }

  /**
   * Writes the words of a text in ASCII as `spacedWords` would, without making strings; how many units
   * they are, or -1 for another text.
   */
  #asciiWords(text: string): number {
    this.#reserve(text.length + 2);
    const units = this.#units;
    units[0] = SPACE;
    let length = 1;
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit >= ASCII) return -1;
      if (isLetterOrDigit(unit)) {
        units[length] = unit;
        length += 1;
      } else if (units[length - 1] !== SPACE) {
        units[length] = SPACE;
        length += 1;
      }
    }
    if (units[length - 1] !== SPACE) {
      units[length] = SPACE;
      length += 1;
    }
    return length;
  }

  #reserve(length: number): void {
    if (this.#units.length < length) this.#units = new Uint16Array(length * 2);
  }
}

function fewTextsByRoot({ rootCount, soughtTexts }: KeyTable): (readonly SoughtText[] | null)[] {
  const byRoot: SoughtText[][] = Array.from({ length: rootCount }, () => []);
  for (const sought of soughtTexts) byRoot[sought.root]?.push(sought);
  return byRoot.map((texts) => {
    const areShort = texts.every(({ text }) => text.length <= MAX_FEW_TEXT_UNITS);
    return areShort && texts.length <= MAX_FEW_TEXTS ? texts : null;
  });
}

function isLetterOrDigit(unit: number): boolean {
  const lower = unit | 0x20;
  return (unit >= 0x30 && unit <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}
