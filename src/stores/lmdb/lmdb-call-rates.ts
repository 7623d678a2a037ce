// Counts of calls in a file of their own, exact over all processes: each transaction reads what the one
// before it left. An entry says when it is worth nothing any more, and then goes: when it is touched, or
// with the sweep that every transaction does a little of.
//
//   key    kind, text of the counted key (a long one hashed)
//   bucket when it is over, time, parts missing, calls, window
//   window when it is over, count of different times, { milliseconds from the one before, calls }

import { createHash } from "node:crypto";
import { ByteReader } from "../../profiles/byte-reader.ts";
import { ByteWriter } from "../../profiles/byte-writer.ts";
import { type CallTimes, windowEnds } from "../../profiles/sliding-window.ts";
import { type DrainedBucket, fullAt } from "../../profiles/token-bucket.ts";
import type {
  CallRates,
  CountedKey,
  SlidingCount,
  TokenBucket,
} from "../../profiles/visitor-store.ts";
import {
  type BucketCells,
  countCalls,
  takeTokens,
  type WindowCells,
} from "../../profiles/visitor-store-rates.ts";
import type { Bytes } from "./environment.ts";
import type { RatesFile } from "./rates-file.ts";
import { sweep } from "./sweep.ts";

/** Entries looked at for each that is touched: more than can be added, so that the sweep gains. */
export const SWEPT_FOR_EACH = 4;
/** Beyond so many keys nobody can count them all: counting begins anew. */
export const MAX_COUNTED_KEYS = 4_000_000;
const MAX_TEXT_BYTES_IN_KEY = 64;

const BUCKET = 0;
const WINDOW = 1;
/** Of a text that was hashed: added to its kind. */
const HASHED = 2;

const writer = new ByteWriter();

export class LmdbCallRates implements CallRates {
  readonly #file: RatesFile;
  #sweptUpTo: Uint8Array | null = null;

  constructor(file: RatesFile) {
    this.#file = file;
  }

  async take(buckets: readonly TokenBucket[], now: number): Promise<number | null> {
    const file = this.#file;
    const cells = bucketCells(file.entries);
    let waitSeconds: number | null = null;
    await file.commit(() => {
      waitSeconds = takeTokens(buckets, now, cells);
      this.#sweep(file, buckets.length, now);
    });
    return waitSeconds;
  }

  async count(counts: readonly SlidingCount[], now: number): Promise<readonly CountedKey[]> {
    const file = this.#file;
    const cells = windowCells(file.entries);
    let beyond: readonly CountedKey[] = [];
    await file.commit(() => {
      beyond = countCalls(counts, now, cells);
      this.#sweep(file, counts.length, now);
    });
    return beyond;
  }

  async clear(): Promise<void> {
    const file = this.#file;
    await file.commit(() => file.entries.clearSync());
  }

  #sweep({ entries }: RatesFile, touched: number, now: number): void {
    this.#sweptUpTo = sweep(entries, this.#sweptUpTo, {
      limit: touched * SWEPT_FOR_EACH,
      isOver: (entry) => new ByteReader(entry, entry.length, "count").varint() <= now,
    });
    if (this.#sweptUpTo === null && countEntries(entries) > MAX_COUNTED_KEYS) entries.clearSync();
  }
}

function bucketCells(entries: Bytes): BucketCells {
  return {
    get: (text) => {
      const entry = entries.getBinary(rateKey(BUCKET, text));
      return entry === undefined ? null : decodeBucket(entry);
    },
    set: (text, bucket) => {
      const key = rateKey(BUCKET, text);
      if (bucket === null) entries.remove(key);
      else entries.put(key, encodeBucket(bucket));
    },
  };
}

function windowCells(entries: Bytes): WindowCells {
  return {
    get: (text) => {
      const entry = entries.getBinary(rateKey(WINDOW, text));
      return entry === undefined ? [] : decodeTimes(entry);
    },
    set: (text, times, windowMs) =>
      entries.put(rateKey(WINDOW, text), encodeTimes(times, windowMs)),
  };
}

function rateKey(kind: number, text: string): Uint8Array {
  const bytes = Buffer.from(text, text.isWellFormed() ? "utf8" : "utf16le");
  if (bytes.length <= MAX_TEXT_BYTES_IN_KEY && text.isWellFormed()) {
    return Buffer.from([kind, ...bytes]);
  }
  return Buffer.from([kind + HASHED, ...createHash("sha256").update(bytes).digest()]);
}

function encodeBucket(bucket: DrainedBucket): Uint8Array {
  writer.begin();
  for (const number of [fullAt(bucket), bucket.at, bucket.missing, bucket.calls, bucket.windowMs]) {
    writer.varint(number);
  }
  return writer.written().slice();
}

function decodeBucket(entry: Uint8Array): DrainedBucket {
  const reader = new ByteReader(entry, entry.length, "count");
  reader.varint();
  const at = reader.varint();
  const missing = reader.varint();
  const calls = reader.varint();
  return { at, missing, calls, windowMs: reader.varint() };
}

function encodeTimes(times: CallTimes, windowMs: number): Uint8Array {
  writer.begin();
  writer.varint(windowEnds(times, windowMs));
  writer.varint(times.length / 2);
  let previous = 0;
  for (let place = 0; place < times.length; place += 2) {
    const time = times[place] ?? 0;
    writer.varint(time - previous);
    writer.varint(times[place + 1] ?? 0);
    previous = time;
  }
  return writer.written().slice();
}

function decodeTimes(entry: Uint8Array): CallTimes {
  const reader = new ByteReader(entry, entry.length, "count");
  reader.varint();
  const times: number[] = [];
  let time = 0;
  for (let left = reader.count(2); left > 0; left--) {
    time += reader.varint();
    times.push(time, reader.varint());
  }
  return times;
}

function countEntries(entries: Bytes): number {
  // What the library gives, but its types do not say.
  const { entryCount } = entries.getStats() as { readonly entryCount?: number };
  return entryCount ?? 0;
}
