const FREE = -1;

/**
 * From trait IDs to small consecutive numbers, by open addressing in two flat arrays: a `Map` of 100,000
 * entries costs a call several cache misses more for each trait of a profile.
 */
export class TraitNumbers {
  readonly #keys: Float64Array;
  readonly #numbers: Int32Array;
  readonly #mask: number;

  /** `sids` without repeats; each gets its position as its number. */
  constructor(sids: readonly number[]) {
    let capacity = 8;
    while (capacity < 2 * sids.length) capacity *= 2;
    this.#mask = capacity - 1;
    this.#keys = new Float64Array(capacity);
    this.#numbers = new Int32Array(capacity).fill(FREE);
    sids.forEach((sid, number) => {
      let at = this.#firstSlot(sid);
      while (this.#numbers[at] !== FREE) at = (at + 1) & this.#mask;
      this.#keys[at] = sid;
      this.#numbers[at] = number;
    });
  }

  /** -1 for a trait that has none. */
  numberOf(sid: number): number {
    for (let at = this.#firstSlot(sid); ; at = (at + 1) & this.#mask) {
      const number = this.#numbers[at] ?? FREE;
      if (number === FREE || this.#keys[at] === sid) return number;
    }
  }

  #firstSlot(sid: number): number {
    const mixed = Math.imul(sid, 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}
