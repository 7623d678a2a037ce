// Profiles as records in LMDB. A delta is merged into its record inside the write transaction, so
// that two processes at once lose nothing.

import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import { keyText } from "../../profiles/key-text.ts";
import {
  decodeRecord,
  encodeInPlace,
  mergeInPlace,
  mergeIntoRecord,
} from "../../profiles/record.ts";
import type { ProfileChange, ProfileKey, ProfileStore } from "../../profiles/store.ts";
import { AnsweredEarly } from "./answered-early.ts";
import type { Bytes, Environment } from "./environment.ts";
import { type StoredKey, storedKey, storedKeyInPlace } from "./profile-key.ts";
import { readRecord, writeRecord } from "./stored-record.ts";

/** Profiles in an environment that all processes of a node share; closing the store closes it. */
export class LmdbProfileStore implements ProfileStore {
  readonly #environment: Environment;
  readonly #answeredEarly = new AnsweredEarly();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    for (const key of keys) this.#commitAnswered(key);
    this.#environment.seeLatest();
    return keys.map((key) => {
      const record = readRecord(this.#databaseOf(key), storedKeyInPlace(key));
      return record === null ? EMPTY_PROFILE : decodeRecord(record);
    });
  }

  /** As of the last `seeLatest`, or of what had to be committed first. */
  readAtHand(key: ProfileKey): Profile {
    if (this.#commitAnswered(key)) this.#environment.seeLatest();
    const record = readRecord(this.#databaseOf(key), storedKeyInPlace(key));
    return record === null ? EMPTY_PROFILE : decodeRecord(record);
  }

  async commit(changes: readonly ProfileChange[]): Promise<void> {
    if (changes.length === 0) return;
    if (this.#environment.answersEarly) this.commitLater(changes, () => this.merge(changes));
    else await this.#environment.commit(() => this.merge(changes));
  }

  /** Answers now and commits later: whoever reads one of these profiles meanwhile has it committed first. */
  commitLater(changes: readonly ProfileChange[], write: () => void): void {
    this.#environment.commitLater(() => {
      for (const { key } of changes) this.#answeredEarly.remove(nameOf(key));
      write();
    });
    for (const { key } of changes) this.#answeredEarly.add(nameOf(key));
  }

  /**
   * In a transaction: stores the profiles as the changes leave them. `asOf` is since when, at the latest, the
   * caller knows them.
   */
  merge(changes: readonly ProfileChange[], asOf?: number): void {
    const [only, second] = changes;
    if (only !== undefined && second === undefined) {
      const stored = storedKeyInPlace(only.key);
      this.#put(only.key, stored, this.#mergeInPlace(only, stored, asOf));
    } else {
      this.#mergeSeveral(changes);
    }
  }

  async forgetEveryone(): Promise<void> {
    await this.#environment.commit(() => {
      this.#environment.moments.everybodyForgotten();
      this.#environment.profilesOfDevices.clearSync();
      this.#environment.profilesOfDeclaredIds.clearSync();
    });
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** A commit that was answered is seen, also before its transaction. Says whether it had to be made. */
  #commitAnswered(key: ProfileKey): boolean {
    if (this.#answeredEarly.isEmpty || !this.#answeredEarly.has(nameOf(key))) return false;
    this.#environment.commitNow();
    return true;
  }

  /** What the call has foreseen, where nobody has come in between. */
  #mergeInPlace(
    { key, delta, foreseen }: ProfileChange,
    stored: StoredKey,
    asOf: number | undefined,
  ): Uint8Array {
    const isForeseen = foreseen !== undefined && key.kind === "device";
    if (isForeseen && this.#environment.moments.profileStands(key.device, asOf)) {
      return encodeInPlace(foreseen);
    }
    return mergeInPlace(readRecord(this.#databaseOf(key), stored), delta);
  }

  #put(key: ProfileKey, stored: StoredKey, record: Uint8Array): void {
    this.#environment.moments.profileWritten(key.kind === "device" ? key.device : null);
    writeRecord(this.#databaseOf(key), stored, record);
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
      writes.set(name, () => this.#put(key, stored, record));
    }
    for (const writeOne of writes.values()) writeOne();
  }

  #databaseOf(key: ProfileKey): Bytes {
    return key.kind === "device"
      ? this.#environment.profilesOfDevices
      : this.#environment.profilesOfDeclaredIds;
  }
}

/** For what was answered early: profiles that a device has with several partners share one name. */
function nameOf(key: ProfileKey): string {
  return key.kind === "device" ? key.device : keyText(key);
}
