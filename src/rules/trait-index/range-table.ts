// The clauses that are filed under a range of numbers, by key: which ranges hold some value of a call?

import { ENTRY_SIZE, type Entry } from "./filing.ts";

export interface RangeEntry extends Entry {
  readonly key: number;
  /** Both ends belong to the range. */
  readonly low: number;
  readonly high: number;
}

/** Ranges that are passed over together when the highest of their ends is too low, whosever they are. */
const BLOCK = 16;
const BIG_BLOCK = 256;

/** Ranges ascend by low end within a key. */
export class RangeTable {
  /** Ranges of key k are those from `#starts[k]` to before `#ends[k]`. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;
  readonly #blockHighs: Float64Array;
  readonly #bigBlockHighs: Float64Array;
  readonly entries: Int32Array;

  constructor(keyCount: number, ranges: readonly RangeEntry[]) {
    const sorted = [...ranges].sort(
      (one, other) =>
        one.key - other.key || compare(one.low, other.low) || compare(other.high, one.high),
    );
    this.#starts = new Int32Array(keyCount);
    this.#ends = new Int32Array(keyCount);
    this.#lows = Float64Array.from(sorted, ({ low }) => low);
    this.#highs = Float64Array.from(sorted, ({ high }) => high);
    this.entries = new Int32Array(sorted.length * ENTRY_SIZE);
    for (const [place, { key, rule, program, turn }] of sorted.entries()) {
      if (sorted[place - 1]?.key !== key) this.#starts[key] = place;
      this.#ends[key] = place + 1;
      this.entries.set([rule, program, turn], place * ENTRY_SIZE);
    }
    this.#blockHighs = highestOf(this.#highs, BLOCK);
    this.#bigBlockHighs = highestOf(this.#highs, BIG_BLOCK);
  }

  /** The first range of the key; pass what `nextHit` gave to go on. */
  start(key: number): number {
    return this.#starts[key] ?? 0;
  }

  /** The place behind the ranges whose low end some value reaches. */
  endFor(key: number, greatest: number): number {
    let low = this.#starts[key] ?? 0;
    let high = this.#ends[key] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lows[middle] ?? 0) <= greatest) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** From `place` on, the first range before `end` whose high end some value stays below; or `end`. */
  nextHit(place: number, end: number, least: number): number {
    let at = place;
    while (at < end) {
      if (at % BIG_BLOCK === 0 && (this.#bigBlockHighs[at / BIG_BLOCK] ?? 0) < least) {
        at += BIG_BLOCK;
      } else if (at % BLOCK === 0 && (this.#blockHighs[at / BLOCK] ?? 0) < least) {
        at += BLOCK;
      } else if ((this.#highs[at] ?? 0) >= least) {
        return at;
      } else {
        at += 1;
      }
    }
    return end;
  }
}

function highestOf(highs: Float64Array, block: number): Float64Array {
  const highest = new Float64Array(Math.ceil(highs.length / block)).fill(Number.NEGATIVE_INFINITY);
  for (let at = 0; at < highs.length; at += 1) {
    const of = Math.floor(at / block);
    highest[of] = Math.max(highest[of] ?? 0, highs[at] ?? 0);
  }
  return highest;
}

/** Infinities of one sign are equal, where their difference is no number. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
