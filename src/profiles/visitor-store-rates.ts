// What `CallRates` means, for every store: each one brings only the place where it keeps the counts.

import { identityKeyText } from "../model/identity-key.ts";
import { invariant } from "../model/result.ts";
import { type CallTimes, callsIn, withCall } from "./sliding-window.ts";
import { bucketAt, type DrainedBucket, waitForToken, withoutToken } from "./token-bucket.ts";
import type { CountedKey, SlidingCount, TokenBucket } from "./visitor-store.ts";

/** By the text of a key. Null: nothing is kept, or nothing need be kept any more. */
export interface BucketCells {
  get(key: string): DrainedBucket | null;
  set(key: string, bucket: DrainedBucket | null): void;
}

export interface WindowCells {
  get(key: string): CallTimes;
  set(key: string, times: CallTimes, windowMs: number): void;
}

/** Two buckets of one key are one. */
export function takeTokens(
  buckets: readonly TokenBucket[],
  now: number,
  cells: BucketCells,
): number | null {
  const cellsToTake = new Map<string, { stored: DrainedBucket | null; after: DrainedBucket }>();
  let waitMs = 0;
  for (const { key, calls, windowSeconds } of buckets) {
    invariant(calls >= 1 && windowSeconds > 0, `a bucket of ${calls} calls lets nobody pass`);
    const text = countedKeyText(key);
    if (cellsToTake.has(text)) continue;
    const rate = { calls, windowMs: windowSeconds * 1000 };
    const stored = bucketAt(cells.get(text), rate, now);
    waitMs = Math.max(waitMs, waitForToken(stored));
    cellsToTake.set(text, { stored, after: withoutToken(stored, rate, now) });
  }
  if (waitMs > 0) {
    // What has filled again meanwhile need not be kept.
    for (const [text, { stored }] of cellsToTake) if (stored === null) cells.set(text, null);
    return Math.ceil(waitMs / 1000);
  }
  for (const [text, { after }] of cellsToTake) cells.set(text, after);
  return null;
}

/** Two counts of one key are one. */
export function countCalls(
  counts: readonly SlidingCount[],
  now: number,
  cells: WindowCells,
): readonly CountedKey[] {
  const counted = new Set<string>();
  const beyond: CountedKey[] = [];
  for (const { key, most, windowSeconds } of counts) {
    const text = countedKeyText(key);
    if (counted.has(text)) continue;
    counted.add(text);
    const windowMs = windowSeconds * 1000;
    const times = withCall(cells.get(text), { most, windowMs }, now);
    cells.set(text, times, windowMs);
    if (callsIn(times) > most) beyond.push(key);
  }
  return beyond;
}

/** A text that no two counted keys share. */
function countedKeyText(key: CountedKey): string {
  return key.kind === "address" ? `a${key.address}` : identityKeyText(key);
}
