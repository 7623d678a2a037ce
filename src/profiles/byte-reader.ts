import { CorruptRecord, type RecordKind } from "./corrupt-record.ts";

/** Reads what `ByteWriter` wrote, and trusts none of it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #kind: RecordKind;
  #next = 0;

  /** Reads the first `end` bytes. */
  constructor(bytes: Uint8Array, end: number, kind: RecordKind = "profile") {
    this.#bytes = bytes;
    this.#end = end;
    this.#kind = kind;
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
    const first = this.#next < this.#end ? this.#bytes[this.#next] : undefined;
    if (first === undefined || first >= 0x80) return this.#longVarint();
    this.#next++;
    return first;
  }

  /** A time of day takes four bytes: up to there bit operations, which end at 32 bits, are exact. */
  #longVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    for (let scale = 2 ** 28; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) this.fail("a number is too large");
      if (byte < 0x80) return value;
    }
  }

  /** A number of things to follow, each of at least `bytesEach` bytes. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.remaining) this.fail(`${count} entries do not fit into it`);
    return count;
  }

  /** The next bytes as they stand: valid as long as what is read from. */
  bytes(count: number): Uint8Array {
    if (count > this.remaining) this.fail("it ends too early");
    const start = this.#next;
    this.#next += count;
    return this.#bytes.subarray(start, this.#next);
  }

  fail(what: string): never {
    throw new CorruptRecord(what, this.#next, this.#kind);
  }
}
