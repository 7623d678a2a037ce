/**
 * A set of small numbers that is emptied by forgetting what was added: one bit each, so that 100,000 of them
 * stay in the fastest memory, and a list of those added, in the order in which they came.
 */
export class Bits {
  readonly #words: Uint32Array;
  readonly #added: Int32Array;
  #count = 0;

  /** For numbers below `limit`. */
  constructor(limit: number) {
    this.#words = new Uint32Array((limit >>> 5) + 1);
    this.#added = new Int32Array(limit);
  }

  get count(): number {
    return this.#count;
  }

  /** The n-th number added. */
  at(n: number): number {
    return this.#added[n] ?? 0;
  }

  has(number: number): boolean {
    return (((this.#words[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1;
  }

  /** False when it was there already. */
  add(number: number): boolean {
    const word = this.#words[number >>> 5] ?? 0;
    const bit = 1 << (number & 31);
    if ((word & bit) !== 0) return false;
    this.#words[number >>> 5] = word | bit;
    this.#added[this.#count] = number;
    this.#count += 1;
    return true;
  }

  clear(): void {
    for (let n = 0; n < this.#count; n += 1) this.#words[(this.#added[n] ?? 0) >>> 5] = 0;
    this.#count = 0;
  }
}
