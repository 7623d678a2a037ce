// From a key and a text to the predicate that asks for it: one open hash table for the equal texts,
// prefixes, suffixes and numbers of all keys. Flat, because at 100,000 rules memory is what costs: a text
// that no rule asks for touches one line of it, one that some rule asks for touches two.

import type { Predicate, PredicateKind } from "./predicates.ts";

/** What a text stands for in the table. */
export const EQUAL = 1;
export const PREFIX = 2;
export const SUFFIX = 3;
export const NUMBER = 4;

const ROLES: Readonly<Partial<Record<PredicateKind, number>>> = {
  equalText: EQUAL,
  prefix: PREFIX,
  suffix: SUFFIX,
  equalNumber: NUMBER,
};

/** Stored before a text, so that one comparison covers all: role, and the key's number in two halves. */
const HEADER_UNITS = 3;
/** Numbers in a slot: hash, predicate, where its units begin, how many the text has. */
const SLOT_SIZE = 4;
const FREE = -1;
/** Slots for each text: with fewer, looking in vain takes longer. */
const SLOTS_PER_TEXT = 1.6;
/**
 * Bits of the filter for each text. It fits a nearer memory than the slots do, and turns away nine in ten
 * of the texts that no rule asks for.
 */
const FILTER_BITS_PER_TEXT = 8;

/** The hash of nothing yet, under a key. */
export function startHash(key: number): number {
  return Math.imul(key + 1, 0x9e3779b1) | 0;
}

/** The hash with one more UTF-16 unit, so that one pass over a value gives all its prefixes' hashes. */
export function addToHash(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193) | 0;
}

/** Spreads a hash over all bits, by role. */
function finishHash(hash: number, role: number): number {
  let mixed = hash ^ Math.imul(role, 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

export class TextTable {
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #units: Uint16Array;
  /** A bit for each hash that a text has, by its high bits: the slots go by the low ones. */
  readonly #filter: Uint32Array;
  readonly #filterShift: number;
  /** Whose texts are looked up. */
  #key = 0;
  #text = new Uint16Array(0);

  constructor(predicates: readonly Predicate[]) {
    const kept = predicates.filter(({ kind }) => ROLES[kind] !== undefined);
    const capacity = powerOfTwoFrom(kept.length * SLOTS_PER_TEXT);
    const filterBits = powerOfTwoFrom(kept.length * FILTER_BITS_PER_TEXT);
    this.#filter = new Uint32Array(filterBits >>> 5);
    this.#filterShift = 32 - Math.log2(filterBits);
    this.#mask = capacity - 1;
    this.#slots = new Int32Array(capacity * SLOT_SIZE).fill(FREE);
    const unitCount = kept.reduce((sum, { text }) => sum + text.length + HEADER_UNITS, 0);
    this.#units = new Uint16Array(unitCount);
    let start = 0;
    for (const predicate of kept) {
      this.#insert(predicate, start);
      start += predicate.text.length + HEADER_UNITS;
    }
  }

  /** Says in the units of which value, and of which key, `find` is to look: once for many look-ups. */
  lookIn(key: number, units: Uint16Array<ArrayBuffer>): void {
    this.#key = key;
    this.#text = units;
  }

  /**
   * The predicate for the text from `start` to before `end` in this role, -1 when there is none. The hash
   * is that of the units between: from the last one back for a suffix.
   */
  find(role: number, hash: number, start: number, end: number): number {
    const finished = finishHash(hash, role);
    const bit = finished >>> this.#filterShift;
    if ((((this.#filter[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) return FREE;
    let at = (finished & this.#mask) * SLOT_SIZE;
    for (;;) {
      const predicate = this.#slots[at + 1] ?? FREE;
      if (predicate === FREE) return FREE;
      if (this.#slots[at] === finished && this.#holds(at, role, start, end)) return predicate;
      at = (at + SLOT_SIZE) & (this.#slots.length - 1);
    }
  }

  #insert({ id, kind, key, text }: Predicate, start: number): void {
    const role = ROLES[kind] ?? EQUAL;
    this.#units.set([role, key & 0xffff, key >>> 16], start);
    for (let i = 0; i < text.length; i += 1) {
      this.#units[start + HEADER_UNITS + i] = text.charCodeAt(i);
    }
    const hash = finishHash(hashOfText(key, text, role === SUFFIX), role);
    const bit = hash >>> this.#filterShift;
    this.#filter[bit >>> 5] = (this.#filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
    let slot = hash & this.#mask;
    while (this.#slots[slot * SLOT_SIZE + 1] !== FREE) slot = (slot + 1) & this.#mask;
    this.#slots.set([hash, id, start, text.length], slot * SLOT_SIZE);
  }

  /** Whether a slot's text is the one that is sought; its hash is. */
  #holds(at: number, role: number, start: number, end: number): boolean {
    if (this.#slots[at + 3] !== end - start) return false;
    const key = this.#key;
    const text = this.#text;
    const units = this.#units;
    let unit = this.#slots[at + 2] ?? 0;
    if (units[unit] !== role) return false;
    if (units[unit + 1] !== (key & 0xffff) || units[unit + 2] !== key >>> 16) return false;
    unit += HEADER_UNITS;
    for (let i = start; i < end; i += 1, unit += 1) {
      if (units[unit] !== text[i]) return false;
    }
    return true;
  }
}

export function hashOfText(key: number, text: string, backwards: boolean): number {
  let hash = startHash(key);
  if (backwards) {
    for (let i = text.length - 1; i >= 0; i -= 1) hash = addToHash(hash, text.charCodeAt(i));
  } else {
    for (let i = 0; i < text.length; i += 1) hash = addToHash(hash, text.charCodeAt(i));
  }
  return hash;
}

export function powerOfTwoFrom(least: number): number {
  let power = 64;
  while (power < least) power *= 2;
  return power;
}
