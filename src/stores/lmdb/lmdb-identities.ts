// Identities as records in LMDB: those of devices, and those of declared IDs.

import { applyIdentityChanges } from "../../model/apply-identity-changes.ts";
import {
  type Identity,
  type IdentityChange,
  type IdentityKey,
  UNKNOWN_IDENTITY,
} from "../../model/identity.ts";
import type { PartnerId } from "../../model/ids.ts";
import { decodeIdentity, encodeIdentity } from "../../profiles/identity-record.ts";
import type { Write } from "./commit-queue.ts";
import { deviceKeyBytes } from "./device-key.ts";
import type { Bytes, Environment } from "./environment.ts";
import { type StoredKey, storedKey } from "./profile-key.ts";
import { readRecord, writeRecord } from "./stored-record.ts";

export class LmdbIdentities {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** As it is in the transaction that reads. */
  read(key: IdentityKey): Identity {
    const record = readRecord(this.#databaseOf(key), storedIdentityKey(key));
    return record === null ? UNKNOWN_IDENTITY : decodeIdentity(record);
  }

  isOptedOut(keys: readonly IdentityKey[], partner: PartnerId): boolean {
    return keys.some((key) => this.read(key).optOuts.some(({ pid }) => pid === partner));
  }

  /** What the changes come to, yet to be written in the same transaction. */
  prepare(changes: readonly IdentityChange[]): Write {
    const writes = applyIdentityChanges(changes, (key) => this.read(key)).map(
      ({ key, identity }): Write => {
        const database = this.#databaseOf(key);
        const stored = storedIdentityKey(key);
        if (identity === UNKNOWN_IDENTITY) return () => void database.remove(stored.bytes);
        const record = encodeIdentity(identity);
        return () => writeRecord(database, stored, record);
      },
    );
    return () => {
      for (const write of writes) write();
    };
  }

  /** In the transaction that is under way. */
  clear(): void {
    this.#environment.identitiesOfDevices.clearSync();
    this.#environment.identitiesOfDeclaredIds.clearSync();
  }

  #databaseOf(key: IdentityKey): Bytes {
    return key.kind === "device"
      ? this.#environment.identitiesOfDevices
      : this.#environment.identitiesOfDeclaredIds;
  }
}

const NO_PREFIX = new Uint8Array(0);

function storedIdentityKey(key: IdentityKey): StoredKey {
  if (key.kind === "declared") return storedKey(key);
  return { bytes: deviceKeyBytes(key.device), prefix: NO_PREFIX };
}
