// What one call says about a key's values taken together: which rows they are in, the least and the
// greatest number, whether they differ. Kept in flat arrays that the next call uses again.

import { Bits } from "./bits.ts";

const NONE = -1;
const MIN_ROWS = 64;

export class CallFacts {
  /** Keys with a value. */
  readonly keys: Bits;
  readonly #least: Float64Array;
  readonly #greatest: Float64Array;
  /** A value that is no number. */
  readonly #hasOther: Uint8Array;
  /** Two values that differ once folded. */
  readonly #varies: Uint8Array;
  readonly #firstRow: Int32Array;
  readonly #lastRow: Int32Array;
  #nextRow = new Int32Array(MIN_ROWS);

  constructor(keyCount: number) {
    this.keys = new Bits(keyCount);
    this.#least = new Float64Array(keyCount);
    this.#greatest = new Float64Array(keyCount);
    this.#hasOther = new Uint8Array(keyCount);
    this.#varies = new Uint8Array(keyCount);
    this.#firstRow = new Int32Array(keyCount);
    this.#lastRow = new Int32Array(keyCount);
  }

  begin(rowCount: number): void {
    this.keys.clear();
    if (this.#nextRow.length < rowCount) this.#nextRow = new Int32Array(rowCount * 2);
  }

  /** One value: its number, NaN when it is none, and its text folded. */
  note(key: number, row: number, number: number, folded: readonly string[]): void {
    this.#nextRow[row] = NONE;
    if (this.keys.add(key)) {
      this.#least[key] = Number.POSITIVE_INFINITY;
      this.#greatest[key] = Number.NEGATIVE_INFINITY;
      this.#hasOther[key] = 0;
      this.#varies[key] = 0;
      this.#firstRow[key] = row;
    } else {
      this.#nextRow[this.#lastRow[key] ?? 0] = row;
      if (folded[row] !== folded[this.#firstRow[key] ?? 0]) this.#varies[key] = 1;
    }
    this.#lastRow[key] = row;
    if (Number.isNaN(number)) {
      this.#hasOther[key] = 1;
      return;
    }
    if (number < this.least(key)) this.#least[key] = number;
    if (number > this.greatest(key)) this.#greatest[key] = number;
  }

  /** Infinity when no value is a number. */
  least(key: number): number {
    return this.#least[key] ?? 0;
  }

  /** Minus infinity when no value is a number. */
  greatest(key: number): number {
    return this.#greatest[key] ?? 0;
  }

  hasNumber(key: number): boolean {
    return this.keys.has(key) && this.least(key) <= this.greatest(key);
  }

  /** Whether some value is another number than this, or no number. */
  hasOtherNumber(key: number, number: number): boolean {
    if (!this.keys.has(key)) return false;
    if (this.#hasOther[key] === 1) return true;
    return this.least(key) !== number || this.greatest(key) !== number;
  }

  varies(key: number): boolean {
    return this.#varies[key] === 1;
  }

  /** The first row of the key; -1 when it has no value. */
  firstRow(key: number): number {
    return this.keys.has(key) ? (this.#firstRow[key] ?? NONE) : NONE;
  }

  /** The key's next row after this one; -1 after the last. */
  rowAfter(row: number): number {
    return this.#nextRow[row] ?? NONE;
  }
}
