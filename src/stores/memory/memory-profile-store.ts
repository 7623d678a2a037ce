import { applyDelta } from "../../model/apply-delta.ts";
import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import { keyText } from "../../profiles/key-text.ts";
import type { ProfileChange, ProfileKey, ProfileStore } from "../../profiles/store.ts";

/** Profiles of one process, gone with it: for tests. */
export class MemoryProfileStore implements ProfileStore {
  readonly #profiles = new Map<string, Profile>();
  #isClosed = false;

  async load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    return keys.map((key) => this.profile(key));
  }

  profile(key: ProfileKey): Profile {
    this.#refuseWhenClosed();
    return this.#profiles.get(keyText(key)) ?? EMPTY_PROFILE;
  }

  /** By the text of their keys. */
  entries(): Iterable<readonly [key: string, profile: Profile]> {
    this.#refuseWhenClosed();
    return this.#profiles.entries();
  }

  async commit(changes: readonly ProfileChange[]): Promise<void> {
    this.merge(changes);
  }

  merge(changes: readonly ProfileChange[]): void {
    this.#refuseWhenClosed();
    const [only, second] = changes;
    if (only !== undefined && second === undefined) {
      const text = keyText(only.key);
      const before = this.#profiles.get(text) ?? EMPTY_PROFILE;
      this.#profiles.set(text, applyDelta(before, only.delta));
    } else {
      this.#mergeSeveral(changes);
    }
  }

  #mergeSeveral(changes: readonly ProfileChange[]): void {
    // All are merged before any is kept, so that a fault in one keeps none.
    const merged = new Map<string, Profile>();
    for (const { key, delta } of changes) {
      const text = keyText(key);
      const before = merged.get(text) ?? this.#profiles.get(text) ?? EMPTY_PROFILE;
      merged.set(text, applyDelta(before, delta));
    }
    for (const [text, profile] of merged) this.#profiles.set(text, profile);
  }

  async forgetEveryone(): Promise<void> {
    this.#refuseWhenClosed();
    this.#profiles.clear();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new Error("The store is closed.");
  }
}
