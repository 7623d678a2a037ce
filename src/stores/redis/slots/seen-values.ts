import { subscribe } from "node:diagnostics_channel";
import type { Seen } from "./slot-draft.ts";

/** So many of the latest are kept, and of those before them up to as many. */
const MAX_RECENT_VALUES = 2_000;
/** Of their records; what is decoded takes some times as much. */
const MAX_RECENT_BYTES = 2 * 1024 * 1024;

/** Where the metrics ask how it is used. */
const PENDING = "dunlin.redis-pending";

interface Pending {
  readonly seen: { hits: number; misses: number; entries: number };
}

/** What this process has last seen of keys: believed only where the store finds the same stamps. */
export class SeenValues {
  #recent = new Map<string, Seen>();
  #before = new Map<string, Seen>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor() {
    subscribe(PENDING, (question) => {
      // Asked by nobody but the metrics, in this form.
      const { seen } = question as Pending;
      seen.hits += this.#hits;
      seen.misses += this.#misses;
      seen.entries += this.#recent.size + this.#before.size;
    });
  }

  get(key: string): Seen | undefined {
    const seen = this.#recent.get(key) ?? this.#before.get(key);
    if (seen === undefined) this.#misses++;
    else this.#hits++;
    return seen;
  }

  keep(key: string, seen: Seen): void {
    this.#recent.set(key, seen);
    this.#bytes += seen.bytes;
    if (this.#recent.size < MAX_RECENT_VALUES && this.#bytes < MAX_RECENT_BYTES) return;
    this.#before = this.#recent;
    this.#recent = new Map();
    this.#bytes = 0;
  }

  forget(key: string): void {
    this.#recent.delete(key);
    this.#before.delete(key);
  }

  clear(): void {
    this.#recent.clear();
    this.#before.clear();
  }
}
