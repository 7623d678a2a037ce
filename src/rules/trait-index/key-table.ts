// What each key needs done with its values, in one short row of numbers a key.

import type { Predicate } from "./predicates.ts";
import type { SoughtText } from "./text-automaton.ts";

/** Equal texts are looked up. */
export const HAS_EQUALS = 1;
/** Values are read as numbers. */
export const HAS_NUMBERS = 2;
/** Equal numbers are looked up. */
export const HAS_EQUAL_NUMBERS = 4;
/** Something is asked about the key's values together, once all are known. */
export const HAS_FACTS = 8;
/** Prefixes or suffixes are looked up. */
export const HAS_ENDS = 16;
/** Substrings or words are sought. */
export const HAS_INSIDES = 32;

/** Texts are looked up by their hashes. */
export const HAS_HASHED = HAS_EQUALS | HAS_ENDS;

const ROW_SIZE = 8;
const NONE = -1;

export class KeyTable {
  /** Flags, prefix lengths (from, to), suffix lengths (from, to), root of substrings, root of words. */
  readonly #rows: Int32Array;
  /** How long the prefixes or suffixes of a key are: ascending, none twice. */
  readonly lengths: Int32Array;
  readonly soughtTexts: readonly SoughtText[];
  readonly rootCount: number;

  constructor(keyCount: number, predicates: readonly Predicate[]) {
    this.#rows = new Int32Array(keyCount * ROW_SIZE);
    const roots = new Map<string, number>();
    const prefixLengths = new Map<number, Set<number>>();
    const suffixLengths = new Map<number, Set<number>>();
    const sought: SoughtText[] = [];
    for (const { id, kind, key, text } of predicates) {
      this.#flag(key, flagsOf(kind));
      if (kind === "prefix") addTo(prefixLengths, key, text.length);
      if (kind === "suffix") addTo(suffixLengths, key, text.length);
      if (kind !== "substring" && kind !== "words") continue;
      const name = `${kind} ${key}`;
      const root = roots.get(name) ?? roots.size;
      roots.set(name, root);
      sought.push({ root, text, predicate: id });
    }
    const lengths: number[] = [];
    for (let key = 0; key < keyCount; key += 1) {
      const row = key * ROW_SIZE;
      this.#rows.set(append(lengths, prefixLengths.get(key)), row + 1);
      this.#rows.set(append(lengths, suffixLengths.get(key)), row + 3);
      this.#rows[row + 5] = roots.get(`substring ${key}`) ?? NONE;
      this.#rows[row + 6] = roots.get(`words ${key}`) ?? NONE;
    }
    this.lengths = Int32Array.from(lengths);
    this.soughtTexts = sought;
    this.rootCount = roots.size;
  }

  flags(key: number): number {
    return this.#rows[key * ROW_SIZE] ?? 0;
  }

  firstPrefixLength(key: number): number {
    return this.#rows[key * ROW_SIZE + 1] ?? 0;
  }

  endOfPrefixLengths(key: number): number {
    return this.#rows[key * ROW_SIZE + 2] ?? 0;
  }

  firstSuffixLength(key: number): number {
    return this.#rows[key * ROW_SIZE + 3] ?? 0;
  }

  endOfSuffixLengths(key: number): number {
    return this.#rows[key * ROW_SIZE + 4] ?? 0;
  }

  /** -1 when no rule seeks a substring in values of the key. */
  substringRoot(key: number): number {
    return this.#rows[key * ROW_SIZE + 5] ?? NONE;
  }

  /** -1 when no rule seeks words in values of the key. */
  wordsRoot(key: number): number {
    return this.#rows[key * ROW_SIZE + 6] ?? NONE;
  }

  #flag(key: number, flags: number): void {
    this.#rows[key * ROW_SIZE] = this.flags(key) | flags;
  }
}

function flagsOf(kind: Predicate["kind"]): number {
  switch (kind) {
    case "equalText":
      return HAS_EQUALS;
    case "equalNumber":
      return HAS_NUMBERS | HAS_EQUAL_NUMBERS;
    case "above":
    case "atLeast":
    case "below":
    case "atMost":
    case "otherNumber":
      return HAS_NUMBERS | HAS_FACTS;
    case "otherText":
    case "regex":
      return HAS_FACTS;
    case "prefix":
    case "suffix":
      return HAS_ENDS;
    case "substring":
    case "words":
      return HAS_INSIDES;
  }
}

function addTo(lengthsByKey: Map<number, Set<number>>, key: number, length: number): void {
  const lengths = lengthsByKey.get(key) ?? new Set();
  lengthsByKey.set(key, lengths.add(length));
}

/** Appends them in order; from where to where they now stand. */
function append(to: number[], lengths: ReadonlySet<number> = new Set()): [number, number] {
  const from = to.length;
  for (const length of [...lengths].sort((one, other) => one - other)) to.push(length);
  return [from, to.length];
}
