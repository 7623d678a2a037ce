import type { Bytes } from "./environment.ts";
import type { StoredKey } from "./profile-key.ts";

/** The record as it stands in a buffer of the library's: valid until the next read. */
export function readRecord(database: Bytes, { bytes, prefix }: StoredKey): Uint8Array | null {
  return readValue(database, bytes, prefix.length);
}

/** The value of a key from a place on, in a buffer of the library's: valid until the next read. */
export function readValue(database: Bytes, key: Uint8Array, from = 0): Uint8Array | null {
  const value = database.getBinaryFast(key);
  // The buffer is longer than the value, its `length` a property put over it.
  return value === undefined ? null : value.subarray(from, value.length);
}

export function writeRecord(
  database: Bytes,
  { bytes, prefix }: StoredKey,
  record: Uint8Array,
): void {
  database.put(bytes, prefix.length === 0 ? record : Buffer.concat([prefix, record]));
}
