// From a key to its number: an open hash table over the units of the keys. A call's keys are strings just cut
// out of its query, of which a Map would first have to ask the engine for a hash; most are asked for once.

import { addToHash, powerOfTwoFrom, startHash } from "./text-table.ts";

/** The number of a key that nobody knows. */
export const NO_KEY = -1;
/** Numbers in a slot: hash and key. */
const SLOT_SIZE = 2;
const SLOTS_PER_KEY = 2;

export class KeyNames {
  readonly #names: readonly string[];
  readonly #slots: Int32Array;
  readonly #lastSlot: number;
  readonly #mostUnits: number;

  /** Keys in the order of their numbers. */
  constructor(names: Iterable<string>) {
    this.#names = [...names];
    const slotCount = powerOfTwoFrom(this.#names.length * SLOTS_PER_KEY);
    this.#lastSlot = slotCount - 1;
    this.#slots = new Int32Array(slotCount * SLOT_SIZE).fill(NO_KEY);
    let mostUnits = 0;
    for (const [number, name] of this.#names.entries()) {
      mostUnits = Math.max(mostUnits, name.length);
      const hash = hashOf(name);
      let slot = hash & this.#lastSlot;
      while (this.#slots[slot * SLOT_SIZE + 1] !== NO_KEY) slot = (slot + 1) & this.#lastSlot;
      this.#slots.set([hash, number], slot * SLOT_SIZE);
    }
    this.#mostUnits = mostUnits;
  }

  get count(): number {
    return this.#names.length;
  }

  /** `NO_KEY` for a name that is none of the keys. */
  numberOf(name: string): number {
    // So that a name of thousands of units is not even hashed.
    if (name.length > this.#mostUnits) return NO_KEY;
    const hash = hashOf(name);
    for (let slot = hash & this.#lastSlot; ; slot = (slot + 1) & this.#lastSlot) {
      const number = this.#slots[slot * SLOT_SIZE + 1] ?? NO_KEY;
      if (number === NO_KEY) return NO_KEY;
      if (this.#slots[slot * SLOT_SIZE] === hash && this.#names[number] === name) return number;
    }
  }
}

function hashOf(name: string): number {
  let hash = startHash(0);
  for (let i = 0; i < name.length; i += 1) hash = addToHash(hash, name.charCodeAt(i));
  // The slots go by the low bits, on which the units' high ones had no say.
  return hash ^ (hash >>> 15);
}
