// A value as it is stored: what was written, and by whom.
//
//   value  = stamp, number of older stamps, { older stamp }, record
//   stamp  = writer (6 bytes), number of the write (6 bytes)
//
// Whoever writes says which stamp it has seen, and nothing is written where there is another one by then. An
// answer may be lost on its way: a writer that finds its own stamp knows that it has written. So stamps that
// others have written over are kept for a while.

import { randomBytes } from "node:crypto";

export const STAMP_BYTES = 12;
const WRITER_BYTES = 6;
/** Longer than any write is tried. */
const KEPT_MS = 60_000;
/** One for each process that wrote within that time. */
const MAX_OLDER_STAMPS = 64;
/** Writes of one process within a millisecond that have numbers of their own without running ahead. */
const NUMBERS_A_MS = 64;

/** One character a byte. */
export type Stamp = string;
/** What is missing has the stamp "". */
export const NO_STAMP: Stamp = "";

export interface Stamps {
  readonly latest: Stamp;
  /** One after the other. */
  readonly older: string;
}

export const NEVER_WRITTEN: Stamps = { latest: NO_STAMP, older: "" };

/** A process that writes. */
export class StampMaker {
  readonly #writer = randomBytes(WRITER_BYTES).toString("latin1");
  #last = 0;

  next(nowMs: number): Stamp {
    this.#last = Math.max(this.#last + 1, nowMs * NUMBERS_A_MS);
    const number = Buffer.alloc(STAMP_BYTES - WRITER_BYTES);
    number.writeUIntBE(this.#last, 0, number.length);
    return this.#writer + number.toString("latin1");
  }

  /** Those of others that may still be asked for: of its own, a writer asks for the latest only. */
  olderAfter({ latest, older }: Stamps, nowMs: number): string {
    if (latest === NO_STAMP) return "";
    const kept: Stamp[] = [];
    for (const stamp of stampsIn(latest + older)) {
      if (stamp.startsWith(this.#writer) || timeOf(stamp) < nowMs - KEPT_MS) continue;
      if (kept.length < MAX_OLDER_STAMPS) kept.push(stamp);
    }
    return kept.join("");
  }
}

export function hasStamp({ latest, older }: Stamps, stamp: Stamp): boolean {
  return latest === stamp || stampsIn(older).includes(stamp);
}

export function writeStamped(stamps: Stamps, record: Uint8Array): Buffer {
  const { latest, older } = stamps;
  const value = Buffer.allocUnsafe(STAMP_BYTES + 1 + older.length + record.length);
  value.write(latest, 0, STAMP_BYTES, "latin1");
  value[STAMP_BYTES] = older.length / STAMP_BYTES;
  if (older.length > 0) value.write(older, STAMP_BYTES + 1, older.length, "latin1");
  value.set(record, STAMP_BYTES + 1 + older.length);
  return value;
}

export function readStamped(value: Buffer): { readonly stamps: Stamps; readonly record: Buffer } {
  const begins = STAMP_BYTES + 1 + STAMP_BYTES * (value[STAMP_BYTES] ?? 0);
  const latest = value.toString("latin1", 0, STAMP_BYTES);
  const older = begins === STAMP_BYTES + 1 ? "" : value.toString("latin1", STAMP_BYTES + 1, begins);
  return { stamps: { latest, older }, record: value.subarray(begins) };
}

function stampsIn(text: string): Stamp[] {
  const stamps: Stamp[] = [];
  for (let at = 0; at < text.length; at += STAMP_BYTES)
    stamps.push(text.slice(at, at + STAMP_BYTES));
  return stamps;
}

function timeOf(stamp: Stamp): number {
  const number = Buffer.from(stamp.slice(WRITER_BYTES), "latin1");
  return number.readUIntBE(0, number.length) / NUMBERS_A_MS;
}
