// The list of free pages of an LMDB file: the library writes over what it names.

import { FIRST_PAGE, type FileHeader, pageNumber } from "./file-header.ts";

const NUMBER_BYTES = 8;

export class FreeList {
  fault: string | null = null;
  readonly #header: FileHeader;
  readonly #pages: (readonly [first: number, count: number])[] = [];

  constructor(header: FileHeader) {
    this.#header = header;
  }

  /** Takes an entry: the transaction that freed the pages; how many numbers follow, and these. */
  add(key: Buffer, value: Buffer): void {
    const count = value.length < NUMBER_BYTES ? -1 : pageNumber(value, 0);
    const end = NUMBER_BYTES + count * NUMBER_BYTES;
    const isWhole = key.length === NUMBER_BYTES && count >= 0 && end <= value.length;
    const transaction = isWhole ? pageNumber(key, 0) : 0;
    if (transaction === 0 || transaction > this.#header.transaction) {
      this.fault ??= "an entry of the list of free pages is none.";
      return;
    }
    for (let at = NUMBER_BYTES; at < end && this.fault === null; at += NUMBER_BYTES) {
      const number = Number(value.readBigInt64LE(at));
      if (number >= 0) {
        // A place that is left over has nothing.
        if (number > 0) this.#add(number, 1);
        continue;
      }
      // Several in a row: how many, negative, and the first of them.
      at += NUMBER_BYTES;
      this.#add(at < end ? pageNumber(value, at) : 0, -number);
    }
  }

  faultOfUse(isInUse: ReadonlySet<number>): string | null {
    for (const [first, count] of this.#pages) {
      for (let number = first; number < first + count; number++) {
        if (isInUse.has(number)) return `page ${number} is free, and in use.`;
      }
    }
    return null;
  }

  #add(first: number, count: number): void {
    if (first >= FIRST_PAGE && first + count - 1 <= this.#header.lastPage) {
      this.#pages.push([first, count]);
    } else {
      this.fault ??= `page ${first}, which is free, is none.`;
    }
  }
}
