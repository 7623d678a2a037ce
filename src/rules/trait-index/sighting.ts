// One walk over the signals of a call: which predicates are true because a value leads to them, and what
// the rest will be asked about.

import type { Signals } from "../../model/signal.ts";
import { numberOf } from "../trait-rule/spelling.ts";
import type { Bits } from "./bits.ts";
import type { CallFacts } from "./call-facts.ts";
import { type KeyNames, NO_KEY } from "./key-names.ts";
import {
  HAS_ENDS,
  HAS_EQUAL_NUMBERS,
  HAS_EQUALS,
  HAS_FACTS,
  HAS_HASHED,
  HAS_INSIDES,
  HAS_NUMBERS,
  KeyTable,
} from "./key-table.ts";
import { type Predicate, spacedWords } from "./predicates.ts";
import { type SoughtText, TextAutomaton } from "./text-automaton.ts";
import { addToHash, EQUAL, NUMBER, PREFIX, SUFFIX, startHash, TextTable } from "./text-table.ts";

const MIN_UNITS = 1_024;
/** In a text of so few, the automaton finds anything faster than it takes to ask the engine for one text. */
const MAX_SHORT_UNITS = 24;
const MAX_FEW_TEXTS = 4;
/** A longer text may be looked for in time that grows with its length too. */
const MAX_FEW_TEXT_UNITS = 64;
const SPACE = 0x20;
const ASCII = 0x80;

export class Sighting {
  readonly #names: KeyNames;
  readonly #keys: KeyTable;
  readonly #texts: TextTable;
  readonly #automaton: TextAutomaton;
  /** The texts of a root that has so few that looking for each is faster than the automaton. */
  readonly #fewTexts: readonly (readonly SoughtText[] | null)[];
  readonly #fold: (text: string) => string;
  readonly #facts: CallFacts;
  readonly #sighted: Bits;
  #units = new Uint16Array(MIN_UNITS);
  #hashes = new Int32Array(MIN_UNITS);

  constructor(
    names: KeyNames,
    predicates: readonly Predicate[],
    { facts, sighted, fold }: { facts: CallFacts; sighted: Bits; fold: (text: string) => string },
  ) {
    const keys = new KeyTable(names.count, predicates);
    this.#names = names;
    this.#keys = keys;
    this.#texts = new TextTable(predicates);
    this.#automaton = new TextAutomaton(keys.rootCount, keys.soughtTexts);
    this.#fewTexts = fewTextsByRoot(keys);
    this.#fold = fold;
    this.#facts = facts;
    this.#sighted = sighted;
  }

  walk(signals: Signals): void {
    const { keys, values, folded } = signals;
    const numbers = signals.keyNumbers ?? keys.map((key) => this.#names.numberOf(key));
    for (let row = 0; row < numbers.length; row += 1) {
      const key = numbers[row] ?? NO_KEY;
      if (key < 0 || key >= this.#names.count) continue;
      const text = folded[row] ?? "";
      const flags = this.#keys.flags(key);
      if ((flags & (HAS_NUMBERS | HAS_FACTS)) !== 0) this.#note(key, row, flags, signals);
      const isHashed = (flags & HAS_HASHED) !== 0;
      if (isHashed) this.#findHashed(key, flags, text);
      if ((flags & HAS_INSIDES) === 0) continue;
      const substrings = this.#keys.substringRoot(key);
      if (substrings >= 0) this.#findSubstrings(substrings, text, isHashed);
      const words = this.#keys.wordsRoot(key);
      if (words >= 0) this.#findWords(words, text, values[row] ?? "");
    }
  }

  #note(key: number, row: number, flags: number, { values, folded }: Signals): void {
    const number = (flags & HAS_NUMBERS) === 0 ? Number.NaN : numberOf(values[row] ?? "");
    if ((flags & HAS_FACTS) !== 0) this.#facts.note(key, row, number, folded);
    if ((flags & HAS_EQUAL_NUMBERS) === 0 || Number.isNaN(number)) return;
    const text = `${number}`;
    this.#look(NUMBER, this.#writeHashing(key, text), 0, text.length);
  }

  #findHashed(key: number, flags: number, text: string): void {
    const hash = this.#writeHashing(key, text);
    if ((flags & HAS_EQUALS) !== 0) this.#look(EQUAL, hash, 0, text.length);
    if ((flags & HAS_ENDS) === 0) return;
    this.#findFromStart(key, text.length);
    this.#findFromEnd(key, text.length);
  }

  /** Writes out the units of a value for all that looks at them, and the hash before each. Gives the last. */
  #writeHashing(key: number, text: string): number {
    this.#reserve(text.length + 1);
    const units = this.#units;
    const hashes = this.#hashes;
    this.#texts.lookIn(key, units);
    let hash = startHash(key);
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      units[i] = unit;
      hashes[i] = hash;
      hash = addToHash(hash, unit);
    }
    hashes[text.length] = hash;
    return hash;
  }

  #findFromStart(key: number, textLength: number): void {
    const end = this.#keys.endOfPrefixLengths(key);
    for (let at = this.#keys.firstPrefixLength(key); at < end; at += 1) {
      const length = this.#keys.lengths[at] ?? 0;
      if (length > textLength) return;
      this.#look(PREFIX, this.#hashes[length] ?? 0, 0, length);
    }
  }

  #findFromEnd(key: number, textLength: number): void {
    const end = this.#keys.endOfSuffixLengths(key);
    let hash = startHash(key);
    let taken = 0;
    for (let at = this.#keys.firstSuffixLength(key); at < end; at += 1) {
      const length = this.#keys.lengths[at] ?? 0;
      if (length > textLength) return;
      for (; taken < length; taken += 1) {
        hash = addToHash(hash, this.#units[textLength - 1 - taken] ?? 0);
      }
      this.#look(SUFFIX, hash, textLength - length, textLength);
    }
  }

  #look(role: number, hash: number, start: number, end: number): void {
    const predicate = this.#texts.find(role, hash, start, end);
    if (predicate >= 0) this.#sighted.add(predicate);
  }

  #findSubstrings(root: number, text: string, isWritten: boolean): void {
    const few = this.#fewTexts[root] ?? null;
    if (few === null || text.length <= MAX_SHORT_UNITS) {
      if (!isWritten) this.#write(text);
      this.#automaton.scan(root, this.#units, text.length, this.#sighted);
      return;
    }
    for (const sought of few) {
      if (text.includes(sought.text)) this.#sighted.add(sought.predicate);
    }
  }

  #findWords(root: number, folded: string, original: string): void {
    let length = this.#writeAsciiWords(folded);
    if (length < 0) {
      const words = spacedWords(original, this.#fold);
      this.#write(words);
      length = words.length;
    }
    this.#automaton.scan(root, this.#units, length, this.#sighted);
  }

  #write(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i += 1) this.#units[i] = text.charCodeAt(i);
  }

  /**
   * Writes the words of a text in ASCII as `spacedWords` would, without making strings; how many units
   * they are, or -1 for another text.
   */
  #writeAsciiWords(text: string): number {
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
    if (this.#units.length >= length) return;
    this.#units = new Uint16Array(length * 2);
    this.#hashes = new Int32Array(length * 2);
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
