// Keys of profiles as bytes.
//
//   device       partner, two halves of 8 bytes: 18 bytes where the text has 38 digits
//   declared ID  data source, form, ID. A long ID is hashed into the key, and kept whole in front
//                of the record.

import { createHash } from "node:crypto";
import type { ProfileKey } from "../../profiles/store.ts";

/** LMDB takes keys of up to 1,978 bytes, but long ones make the tree's pages less dense. */
const MAX_ID_BYTES_IN_KEY = 64;

// The forms of a declared ID in a key.
const AS_IT_IS = 0;
const HASHED = 1;
/** Text with half a surrogate pair, which UTF-8 cannot tell from other such text. */
const HASHED_UTF16 = 2;

export interface StoredKey {
  readonly bytes: Uint8Array;
  /** Stands in front of the record: the ID where the key does not hold it, else nothing. */
  readonly prefix: Uint8Array;
}

const NO_PREFIX = new Uint8Array(0);
const HALF_DIGITS = 19;

export function storedKey(key: ProfileKey): StoredKey {
  if (key.kind === "device") {
    const partner = varint(key.pid);
    const bytes = Buffer.alloc(partner.length + 16);
    bytes.set(partner);
    bytes.writeBigUInt64BE(BigInt(key.device.slice(0, HALF_DIGITS)), partner.length);
    bytes.writeBigUInt64BE(BigInt(key.device.slice(HALF_DIGITS)), partner.length + 8);
    return { bytes, prefix: NO_PREFIX };
  }
  const source = varint(key.dataSourceId);
  const form = key.id.isWellFormed() ? HASHED : HASHED_UTF16;
  const id = Buffer.from(key.id, form === HASHED ? "utf8" : "utf16le");
  if (form === HASHED && id.length <= MAX_ID_BYTES_IN_KEY) {
    return { bytes: Buffer.from([...source, AS_IT_IS, ...id]), prefix: NO_PREFIX };
  }
  const hash = createHash("sha256").update(id).digest();
  return {
    bytes: Buffer.from([...source, form, ...hash]),
    prefix: Buffer.from([...varint(id.length), ...id]),
  };
}

export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
