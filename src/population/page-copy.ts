import type { ScannedRecord, ScanOwner } from "../profiles/profile-scan.ts";

/** The records of a page, kept after its visit: a page is looked at in one go, and much work is better done in slices. */
export class PageCopy {
  #bytes = new Uint8Array(1 << 16);
  readonly #ends: number[] = [];
  readonly #owners: ScanOwner[] = [];

  get count(): number {
    return this.#owners.length;
  }

  readonly add = (record: ScannedRecord): void => {
    const begin = this.#ends.at(-1) ?? 0;
    const end = begin + record.end - record.begin;
    if (end > this.#bytes.length) this.#grow(end);
    const { bytes } = record;
    // Records are short: no view of them is worth making.
    for (let from = record.begin, to = begin; to < end; from++, to++) {
      this.#bytes[to] = bytes[from] ?? 0;
    }
    this.#ends.push(end);
    this.#owners.push(record.owner());
  };

  recordAt(place: number): ScannedRecord {
    const owner = this.#owners[place];
    const end = this.#ends[place];
    if (owner === undefined || end === undefined) {
      throw new RangeError(`There is no record ${place} in the page`);
    }
    const begin = this.#ends[place - 1] ?? 0;
    return { bytes: this.#bytes, begin, end, owner: () => owner };
  }

  /** Another page may be copied then. */
  empty(): void {
    this.#ends.length = 0;
    this.#owners.length = 0;
  }

  #grow(wanted: number): void {
    const larger = new Uint8Array(Math.max(wanted, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
