import type { Seen } from "./slot-draft.ts";

// What calls have read lately, from the oldest on.
const MAX_SEEN_VALUES = 10_000;
/** Of records; what is decoded takes some times as much. */
const MAX_SEEN_BYTES = 4 * 1024 * 1024;

/** What this process has last seen of keys: believed only where the store finds the same stamps. */
export class SeenValues {
  readonly #seen = new Map<string, Seen>();
  #bytes = 0;

  get(key: string): Seen | undefined {
    return this.#seen.get(key);
  }

  keep(key: string, seen: Seen): void {
    this.forget(key);
    this.#seen.set(key, seen);
    this.#bytes += seen.bytes;
    while (this.#seen.size > MAX_SEEN_VALUES || this.#bytes > MAX_SEEN_BYTES) {
      const oldest = this.#seen.keys().next();
      if (oldest.done === true) return;
      this.forget(oldest.value);
    }
  }

  forget(key: string): void {
    const seen = this.#seen.get(key);
    if (seen === undefined) return;
    this.#seen.delete(key);
    this.#bytes -= seen.bytes;
  }

  clear(): void {
    this.#seen.clear();
    this.#bytes = 0;
  }
}
