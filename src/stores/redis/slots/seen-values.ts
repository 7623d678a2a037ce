import type { Seen } from "./slot-draft.ts";

/** So many of the latest are kept, and of those before them up to as many. */
const MAX_RECENT_VALUES = 2_000;
/** Of their records; what is decoded takes some times as much. */
const MAX_RECENT_BYTES = 2 * 1024 * 1024;

/** What this process has last seen of keys: believed only where the store finds the same stamps. */
export class SeenValues {
  #recent = new Map<string, Seen>();
  #before = new Map<string, Seen>();
  #bytes = 0;

  get(key: string): Seen | undefined {
    return this.#recent.get(key) ?? this.#before.get(key);
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
