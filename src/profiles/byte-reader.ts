import { CorruptRecord } from "./corrupt-record.ts";

/** Reads what `ByteWriter` wrote, and trusts none of it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #next = 0;

  /** Reads the first `end` bytes. */
  constructor(bytes: Uint8Array, end: number) {
    this.#bytes = bytes;
    this.#end = end;
  }

  get position(): number {
    return this.#next;
  }

  get remaining(): number {
    return this.#end - this.#next;
  }

  byte(): number {
    const value = this.#next < this.#end ? this.#bytes[this.#next] : undefined;
    if (value === undefined) this.fail("it ends too early");
    this.#next++;
    return value;
  }

  varint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) this.fail("a number is too large");
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** A number of things to follow, each of at least `bytesEach` bytes. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.remaining) this.fail(`${count} entries do not fit into it`);
    return count;
  }

  fail(what: string): never {
    throw new CorruptRecord(what, this.#next);
  }
}
