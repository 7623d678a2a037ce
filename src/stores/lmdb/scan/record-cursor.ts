// A cursor over records in LMDB that makes no object for any of them.

import type {
  ScannedProfiles,
  ScannedRecord,
  ScanOwner,
  VisitRecord,
} from "../../../profiles/profile-scan.ts";
import type { Bytes } from "../environment.ts";
import { varint } from "../profile-key.ts";

export interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
}

export interface Visiting extends KeyRange {
  /** Where to go on; null at the beginning. */
  readonly after: Uint8Array | null;
  readonly skipped: number;
  readonly limit: number;
}

/** What the library's stores have, and its types leave out. */
interface StoreInternals {
  readKey(buffer: Uint8Array, begin: number, end: number): unknown;
  readonly decoder: { decode(bytes: Uint8Array, length: number): unknown };
  readonly decoderCopies: boolean;
}

/**
 * Visits the entries of a database without an object for any of them: the library is told that keys and values
 * are read by what here notes where they lie. A million take a fifth of a second, and half a second more otherwise.
 */
export class RecordCursor {
  readonly #database: Bytes;
  readonly #reading: Bytes;
  #visit: VisitRecord = () => {};
  #visited = 0;
  #limit = 0;
  #last: Uint8Array | null = null;
  #key: Uint8Array = new Uint8Array(0);
  #keyBegin = 0;
  #keyEnd = 0;
  #bytes: Uint8Array = this.#key;
  #begin = 0;
  #end = 0;
  readonly #record: ScannedRecord;

  constructor(database: Bytes, kind: ScannedProfiles["kind"]) {
    this.#database = database;
    const hasPrefixes = kind === "declared";
    const internals: StoreInternals = {
      readKey: (buffer, begin, end) => {
        this.#key = buffer;
        this.#keyBegin = begin;
        this.#keyEnd = end;
        // The next one is read into the same buffer.
        if (++this.#visited === this.#limit) this.#last = Uint8Array.from(this.#keyBytes());
      },
      decoder: {
        decode: (bytes, length) => {
          this.#bytes = bytes;
          this.#begin = hasPrefixes ? recordBegin(this.#keyBytes(), bytes) : 0;
          this.#end = length;
          this.#visit(this.#record);
        },
      },
      decoderCopies: true,
    };
    // The same store with another way to read: what is not named here it has from the one below.
    this.#reading = Object.assign(Object.create(database), internals);
    const self = this;
    this.#record = {
      get bytes() {
        return self.#bytes;
      },
      get begin() {
        return self.#begin;
      },
      get end() {
        return self.#end;
      },
      // Keys are the names of owners.
      owner: () => Buffer.from(this.#keyBytes()).toString("latin1") as ScanOwner,
    };
  }

  /** Of all partners, or all data sources. */
  get entryCount(): number {
    const { entryCount } = Object(this.#database.getStats());
    return typeof entryCount === "number" ? entryCount : 0;
  }

  /** The first and the last key of all. */
  edges(): readonly [Uint8Array | null, Uint8Array | null] {
    const [first = null] = this.#database.getKeys({ limit: 1 });
    const [last = null] = this.#database.getKeys({ limit: 1, reverse: true });
    return [first, last];
  }

  /** The key that so many others stand before, from one on; null where there are not so many. */
  keyAfter(start: Uint8Array, others: number): Uint8Array | null {
    const [key = null] = this.#database.getKeys({ start, offset: others, limit: 1 });
    return key;
  }

  count({ start, end }: KeyRange, after: Uint8Array | null): number {
    return this.#database.getKeysCount(
      after === null ? { start, end } : { start: after, end, exclusiveStart: true },
    );
  }

  /** Gives the last key where there may be more. */
  visit(
    { start, end, after, skipped, limit }: Visiting,
    visit: VisitRecord,
  ): { readonly visited: number; readonly last: Uint8Array | null } {
    this.#visit = visit;
    this.#visited = 0;
    this.#limit = limit;
    this.#last = null;
    const from = after === null ? { start } : { start: after, exclusiveStart: true };
    const range = { ...from, end, limit, ...(skipped > 0 && { offset: skipped }) };
    for (const _ of this.#reading.getRange(range));
    return { visited: this.#visited, last: this.#last };
  }

  #keyBytes(): Uint8Array {
    return this.#key.subarray(this.#keyBegin, this.#keyEnd);
  }
}

/** No varint is the beginning of another: what begins with one is its own. */
export function rangeOf(of: ScannedProfiles): KeyRange {
  const start = varint(of.kind === "devices" ? of.pid : of.dataSourceId);
  const end = [...start];
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return { start: Buffer.from(start), end: Buffer.from(end) };
}

/** Behind the ID, which stands in front of the record where the key has a hash of it. */
export function recordBegin(key: Uint8Array, value: Uint8Array): number {
  const form = key[afterVarint(key, 0)] ?? 0;
  if (form === 0) return 0;
  let length = 0;
  let scale = 1;
  const begin = afterVarint(value, 0);
  for (let at = 0; at < begin; at++) {
    length += ((value[at] ?? 0) & 0x7f) * scale;
    scale *= 0x80;
  }
  return begin + length;
}

function afterVarint(bytes: Uint8Array, begin: number): number {
  let at = begin;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}
