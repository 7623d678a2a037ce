// Profiles as records in LMDB. A delta is merged into its record inside the write transaction, so
// that two processes at once lose nothing.

import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import { keyText } from "../../profiles/key-text.ts";
import { decodeRecord, mergeInPlace, mergeIntoRecord } from "../../profiles/record.ts";
import type { ProfileChange, ProfileKey, ProfileStore } from "../../profiles/store.ts";
import { AnsweredEarly } from "./answered-early.ts";
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
  readonly #answeredEarly = new AnsweredEarly();

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
    if (this.#commitAnswered([key])) this.#environment.seeLatest();
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
    const named = environment.durability === "off" ? changes.map(({ key }) => keyText(key)) : [];
    this.#answeredEarly.add(named);
    const write = (): void => {
      this.#answeredEarly.remove(named);
      const writeBeside = beside === null ? NOTHING : beside();
      if (writeBeside === null) return;
      this.#merge(changes);
      writeBeside();
    };
    try {
      await (forAll ? environment.commitForAll(write) : environment.commit(write));
    } catch (refusal) {
      this.#answeredEarly.remove(named);
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

  /** A commit that was answered is seen, also before its transaction. Says whether it had to be made. */
  #commitAnswered(keys: readonly ProfileKey[]): boolean {
    if (this.#answeredEarly.isEmpty) return false;
    if (!keys.some((key) => this.#answeredEarly.has(keyText(key)))) return false;
    this.#environment.commitNow();
    return true;
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
