// Identities as records in LMDB: those of devices, and those of declared IDs.

import { applyIdentityChanges } from "../../model/apply-identity-changes.ts";
import {
  type Identity,
  type IdentityChange,
  type IdentityKey,
  UNKNOWN_IDENTITY,
} from "../../model/identity.ts";
import { identityKeyText } from "../../model/identity-key.ts";
import { decodeIdentity, encodeIdentity } from "../../profiles/identity-record.ts";
import type { Write } from "./commit-queue.ts";
import { deviceKeyBytes, deviceKeyInPlace } from "./device-key.ts";
import type { Bytes, Environment } from "./environment.ts";
import { type StoredKey, storedKey } from "./profile-key.ts";
import { readRecord, writeRecord } from "./stored-record.ts";

export type ReadIdentity = (key: IdentityKey) => Identity;

export class LmdbIdentities {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** As it is in the transaction that reads. */
  read(key: IdentityKey): Identity {
    const record = readRecord(this.#databaseOf(key), identityKeyInPlace(key));
    return record === null ? UNKNOWN_IDENTITY : decodeIdentity(record);
  }

  /** Reads each identity once: for one transaction. */
  readingOnce(): ReadIdentity {
    const known = new Map<string, Identity>();
    return (key) => {
      const text = identityKeyText(key);
      const before = known.get(text);
      if (before !== undefined) return before;
      const identity = this.read(key);
      known.set(text, identity);
      return identity;
    };
  }

  /** What the changes come to, yet to be written in the same transaction. */
  prepare(changes: readonly IdentityChange[], read: ReadIdentity): Write {
    const writes = applyIdentityChanges(changes, read).map(({ key, identity }): Write => {
      const database = this.#databaseOf(key);
      const stored = storedIdentityKey(key);
      if (identity === UNKNOWN_IDENTITY) return () => void database.remove(stored.bytes);
      const record = encodeIdentity(identity);
      return () => writeRecord(database, stored, record);
    });
    return () => {
      this.#environment.moments.identitiesWritten();
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

/** Valid until the next one is asked for. */
function identityKeyInPlace(key: IdentityKey): StoredKey {
  if (key.kind === "declared") return storedKey(key);
  return { bytes: deviceKeyInPlace(key.device), prefix: NO_PREFIX };
}
