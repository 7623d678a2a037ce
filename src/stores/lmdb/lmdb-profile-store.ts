import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import { decodeRecord, mergeIntoRecord } from "../../profiles/record.ts";
import type { ProfileChange, ProfileKey, ProfileStore } from "../../profiles/store.ts";
import type { Bytes, Environment } from "./environment.ts";
import { type StoredKey, storedKey } from "./profile-key.ts";

/** Profiles in an environment that all processes of a node share; closing the store closes it. */
export class LmdbProfileStore implements ProfileStore {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    this.#environment.seeLatest();
    return keys.map((key) => {
      const record = readRecord(this.#databaseOf(key), storedKey(key));
      return record === null ? EMPTY_PROFILE : decodeRecord(record);
    });
  }

  async commit(changes: readonly ProfileChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.#environment.commit(() => this.#merge(changes));
  }

  async forgetEveryone(): Promise<void> {
    await this.#environment.commit(() => {
      this.#environment.profilesOfDevices.clearSync();
      this.#environment.profilesOfDeclaredIds.clearSync();
    });
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }

  #merge(changes: readonly ProfileChange[]): void {
    // All are merged before any is written: a fault in one writes none.
    const writes = new Map<string, () => void>();
    const merged = new Map<string, Uint8Array>();
    for (const { key, delta } of changes) {
      const database = this.#databaseOf(key);
      const stored = storedKey(key);
      const name = `${key.kind}:${Buffer.from(stored.bytes).toString("latin1")}`;
      const record = mergeIntoRecord(merged.get(name) ?? readRecord(database, stored), delta);
      merged.set(name, record);
      writes.set(name, () => database.put(stored.bytes, Buffer.concat([stored.prefix, record])));
    }
    for (const write of writes.values()) write();
  }

  #databaseOf(key: ProfileKey): Bytes {
    return key.kind === "device"
      ? this.#environment.profilesOfDevices
      : this.#environment.profilesOfDeclaredIds;
  }
}

function readRecord(database: Bytes, { bytes, prefix }: StoredKey): Uint8Array | null {
  const value = database.getBinary(bytes);
  return value === undefined ? null : value.subarray(prefix.length);
}
