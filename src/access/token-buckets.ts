// How often something may be tried: each key has a bucket that holds some tries and fills up again with time.

export interface BucketSize {
  readonly burst: number;
  /** The time in which one more try comes. */
  readonly refillMs: number;
}

interface Bucket {
  readonly tries: number;
  readonly at: number;
}

/** More keys than this, and the one that was tried longest ago begins anew. */
const MAX_BUCKETS = 10_000;

export class TokenBuckets {
  readonly #size: BucketSize;
  readonly #buckets = new Map<string, Bucket>();

  constructor(size: BucketSize) {
    this.#size = size;
  }

  /** Takes one try; gives 0, or the milliseconds until there is one. */
  take(key: string, now: number): number {
    const { burst, refillMs } = this.#size;
    const known = this.#buckets.get(key) ?? { tries: burst, at: now };
    const gained = Math.max(0, now - known.at) / refillMs;
    const tries = Math.min(burst, known.tries + gained);
    this.#buckets.delete(key);
    this.#buckets.set(key, { tries: tries < 1 ? tries : tries - 1, at: now });
    if (this.#buckets.size > MAX_BUCKETS) {
      const [oldest = ""] = this.#buckets.keys();
      this.#buckets.delete(oldest);
    }
    return tries < 1 ? Math.ceil((1 - tries) * refillMs) : 0;
  }
}
