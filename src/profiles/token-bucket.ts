// A bucket of tokens, of which a call takes one. Counted in whole numbers, so that it is exact at every
// rate: a call takes `windowMs` parts, and every millisecond gives back `calls` of them.

/** A bucket that is not full. */
export interface DrainedBucket {
  /** Milliseconds since the epoch, of the latest call. */
  readonly at: number;
  /** Parts that were missing then. */
  readonly missing: number;
  readonly calls: number;
  readonly windowMs: number;
}

/** What is left of a bucket at a time; null: it is full, or was made for another rate or time. */
export function bucketAt(
  stored: DrainedBucket | null,
  { calls, windowMs }: Pick<DrainedBucket, "calls" | "windowMs">,
  now: number,
): DrainedBucket | null {
  if (stored === null || stored.calls !== calls || stored.windowMs !== windowMs) return null;
  // Calls of one moment come a little out of order; with a clock that was set back a bucket begins anew.
  if (now < stored.at) return now < stored.at - windowMs ? null : stored;
  const missing = stored.missing - (now - stored.at) * calls;
  return missing <= 0 ? null : { at: now, missing, calls, windowMs };
}

/** Milliseconds until there is a token; 0 where there is one. */
export function waitForToken(bucket: DrainedBucket | null): number {
  if (bucket === null) return 0;
  const { missing, calls, windowMs } = bucket;
  return Math.max(0, Math.ceil((missing + windowMs - calls * windowMs) / calls));
}

export function withoutToken(
  bucket: DrainedBucket | null,
  { calls, windowMs }: Pick<DrainedBucket, "calls" | "windowMs">,
  now: number,
): DrainedBucket {
  if (bucket !== null) return { ...bucket, missing: bucket.missing + windowMs };
  return { at: now, missing: windowMs, calls, windowMs };
}

/** When it will be full again: nothing need be kept of it from then on. */
export function fullAt({ at, missing, calls }: DrainedBucket): number {
  return at + Math.ceil(missing / calls);
}
