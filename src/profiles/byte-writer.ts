const FIRST_CAPACITY = 1024;
const LONGEST_VARINT = 8;

/** Writes bytes into a buffer that grows and is used again. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  begin(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#makeRoom(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 up to 2^53 - 1: seven bits a byte, the lowest first. */
  varint(value: number): void {
    this.#makeRoom(LONGEST_VARINT);
    if ((value | 0) !== value || value < 0) {
      this.#longVarint(value);
      return;
    }
    const bytes = this.#bytes;
    let length = this.#length;
    let rest = value;
    for (; rest > 0x7f; rest >>= 7) bytes[length++] = (rest & 0x7f) | 0x80;
    bytes[length++] = rest;
    this.#length = length;
  }

  /** Bit operations end at 32 bits, times and counts do not. */
  #longVarint(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) {
      throw new Error(`Invariant broken: a record holds whole numbers from 0, not ${value}`);
    }
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
    }
    this.#bytes[this.#length++] = rest;
  }

  uint32(value: number): void {
    this.#makeRoom(4);
    for (let shift = 0; shift < 32; shift += 8) {
      this.#bytes[this.#length++] = (value >>> shift) & 0xff;
    }
  }

  bytes(values: Uint8Array): void {
    this.#makeRoom(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** What was written since `begin`; valid until the next `begin`. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(count);
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + by));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
