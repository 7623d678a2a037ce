// Profiles as records in LMDB. A delta is merged into its record inside the write transaction, so
// that two processes at once lose nothing.

import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import { keyText } from "../../profiles/key-text.ts";
import { decodeRecord, mergeInPlace, mergeIntoRecord } from "../../profiles/record.ts";
import type { ProfileChange, ProfileKey, ProfileStore } from "../../profiles/store.ts";
import type { Write } from "./commit-queue.ts";
import type { Bytes, Environment } from "./environment.ts";
import { storedKey } from "./profile-key.ts";
import { readRecord, writeRecord } from "./stored-record.ts";

export interface CommitOptions {
  /**
   * Runs first in the transaction, and gives what to write beside the profiles; null stores nothing of it
   * all. Writes nothing itself.
   */
  readonly beside: (() => Write | null) | null;
  /** Whether it is answered, in every durability, only once all processes see it. */
  readonly forAll: boolean;
}

const NOTHING: Write = () => {};

/** Profiles in an environment that all processes of a node share; closing the store closes it. */
export class LmdbProfileStore implements ProfileStore {
  readonly #environment: Environment;
  /** How many commits of a profile were answered (durability `off`) but have yet to be made. */
  readonly #answeredEarly = new Map<string, number>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    this.#commitAnswered(keys);
    this.#environment.seeLatest();
    return keys.map((key) => this.#read(key));
  }

  /** As of the last `seeLatest`, or of what had to be committed first. */
  readAtHand(key: ProfileKey): Profile {
    if (this.#answeredEarly.size > 0) {
      this.#commitAnswered([key]);
      this.#environment.seeLatest();
    }
    return this.#read(key);
  }

  #read(key: ProfileKey): Profile {
    const record = readRecord(this.#databaseOf(key), storedKey(key));
    return record === null ? EMPTY_PROFILE : decodeRecord(record);
  }

  async commit(changes: readonly ProfileChange[]): Promise<void> {
    if (changes.length > 0) await this.commitBeside(changes, { beside: null, forAll: false });
  }

  /** Merges the changes and writes, in the same step, what belongs to them. */
  async commitBeside(
    changes: readonly ProfileChange[],
    { beside, forAll }: CommitOptions,
  ): Promise<void> {
    const environment = this.#environment;
    const answersEarly = environment.durability === "off";
    if (answersEarly) this.#remember(changes);
    const write = (): void => {
      if (answersEarly) this.#forget(changes);
      const writeBeside = beside === null ? NOTHING : beside();
      if (writeBeside === null) return;
      this.#merge(changes);
      writeBeside();
    };
    try {
      await (forAll ? environment.commitForAll(write) : environment.commit(write));
    } catch (refusal) {
      if (answersEarly) this.#forget(changes);
      throw refusal;
    }
  }

  async forgetEveryone(): Promise<void> {
    await this.#environment.commit(() => {
      this.#environment.profilesOfDevices.clearSync();
      this.#environment.profilesOfDeclaredIds.clearSync();
    });
    if (this.#environment.durability === "off") this.#environment.commitNow();
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** A commit that was answered is seen, also before its transaction. */
  #commitAnswered(keys: readonly ProfileKey[]): void {
    if (this.#answeredEarly.size === 0) return;
    if (keys.some((key) => this.#answeredEarly.has(keyText(key)))) this.#environment.commitNow();
  }

  #merge(changes: readonly ProfileChange[]): void {
    const [only, second] = changes;
    if (only !== undefined && second === undefined) {
      const database = this.#databaseOf(only.key);
      const stored = storedKey(only.key);
      writeRecord(database, stored, mergeInPlace(readRecord(database, stored), only.delta));
    } else {
      this.#mergeSeveral(changes);
    }
  }

  #remember(changes: readonly ProfileChange[]): void {
    for (const { key } of changes) {
      const text = keyText(key);
      this.#answeredEarly.set(text, (this.#answeredEarly.get(text) ?? 0) + 1);
    }
  }

  #forget(changes: readonly ProfileChange[]): void {
    for (const { key } of changes) {
      const text = keyText(key);
      const left = (this.#answeredEarly.get(text) ?? 0) - 1;
      if (left > 0) this.#answeredEarly.set(text, left);
      else this.#answeredEarly.delete(text);
    }
  }

  /** Merges all before it writes any: a fault in one writes none. */
  #mergeSeveral(changes: readonly ProfileChange[]): void {
    const records = new Map<string, Uint8Array>();
    const writes = new Map<string, () => void>();
    for (const { key, delta } of changes) {
      const database = this.#databaseOf(key);
      const stored = storedKey(key);
      const name = keyText(key);
      const record = mergeIntoRecord(records.get(name) ?? readRecord(database, stored), delta);
      records.set(name, record);
      writes.set(name, () => writeRecord(database, stored, record));
    }
    for (const writeOne of writes.values()) writeOne();
  }

  #databaseOf(key: ProfileKey): Bytes {
    return key.kind === "device"
      ? this.#environment.profilesOfDevices
      : this.#environment.profilesOfDeclaredIds;
  }
}
