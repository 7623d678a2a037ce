// A sample of devices by their IDs, which are random numbers: whoever follows a random number is found at once,
// however many there are. IDs may also be made up by callers, so it is seen first whether they lie evenly.

import type { SampleBasis, Sampling, ScannedProfiles } from "../../../profiles/profile-scan.ts";
import { type RecordCursor, rangeOf } from "./record-cursor.ts";
import { RECORDS_A_RUN } from "./sample-by-rank.ts";

/** Below so many the other way takes no longer than is wanted. */
const MANY = 200_000;
const KEY_BYTES = 16;
/** How far the number that follows from distances may be from the true one. */
const TOLERANCE = 0.1;
/** How unlike the distances that runs cover may be: even ones differ by a tenth. */
const MOST_UNLIKE = 0.2;

/** Null where this cannot be relied on: few devices, several partners, IDs that do not lie evenly. */
export async function sampleByKey(
  cursor: RecordCursor,
  of: ScannedProfiles,
  sampling: Sampling,
): Promise<SampleBasis | null> {
  const { start } = rangeOf(of);
  const population = cursor.entryCount;
  const runs = Math.floor(sampling.wanted / RECORDS_A_RUN);
  if (population < MANY || runs < 2 || runs * RECORDS_A_RUN > population / 10) return null;
  const [first, last] = cursor.edges();
  const isAlone = [first, last].every((key) => isDeviceOf(start, key));
  if (!isAlone || first === null || last === null) return null;
  const lowest = numberOf(first);
  const width = (numberOf(last) - lowest) / runs;
  const begins = Array.from({ length: runs }, (_, place) =>
    keyAt(start, lowest + (place + sampling.random()) * width),
  );
  const evenly = { start, population, range: runs * width };
  if (!liesEvenly(cursor, begins, evenly)) return null;
  let visited = 0;
  for (const begin of begins) {
    const found = cursor.visit(runFrom(of, begin), sampling.visit);
    visited += found.visited;
    if (found.visited > 0) await sampling.endRun();
  }
  return { population, visited, isWhole: false };
}

function runFrom(of: ScannedProfiles, begin: Uint8Array) {
  return { start: begin, end: rangeOf(of).end, after: null, skipped: 0, limit: RECORDS_A_RUN };
}

/** Whether the distances from random numbers to the end of their runs are those of so many random numbers. */
function liesEvenly(
  cursor: RecordCursor,
  begins: readonly Uint8Array[],
  of: { readonly start: Uint8Array; readonly population: number; readonly range: number },
): boolean {
  const expected = (of.range / of.population) * RECORDS_A_RUN;
  const distances: number[] = [];
  for (const begin of begins) {
    const end = cursor.keyAfter(begin, RECORDS_A_RUN);
    // The last run may end with the last device.
    if (end !== null) distances.push((numberOf(end) - numberOf(begin)) / expected);
  }
  if (distances.length < begins.length / 2) return false;
  const mean = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  const spread = distances.reduce((sum, one) => sum + (one - mean) ** 2, 0) / distances.length;
  return Math.abs(mean - 1) < TOLERANCE && Math.sqrt(spread) < MOST_UNLIKE;
}

function isDeviceOf(prefix: Uint8Array, key: Uint8Array | null): boolean {
  if (key === null || key.length !== prefix.length + KEY_BYTES) return false;
  return prefix.every((byte, place) => key[place] === byte);
}

/** The first half of a device's ID, as exactly as is needed to see how far two lie from each other. */
function numberOf(key: Uint8Array): number {
  const view = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return Number(view.readBigUInt64BE(key.length - KEY_BYTES));
}

function keyAt(prefix: Uint8Array, number: number): Uint8Array {
  const half = Buffer.alloc(KEY_BYTES);
  half.writeBigUInt64BE(BigInt(Math.floor(number)));
  return Buffer.concat([prefix, half]);
}
