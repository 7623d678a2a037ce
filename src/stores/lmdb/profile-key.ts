// Keys of profiles as bytes.
//
//   device       partner, two halves of 8 bytes: 18 bytes where the text has 38 digits
//   declared ID  data source, form, ID. A long ID is hashed into the key, and kept whole in front
//                of the record.

import { createHash } from "node:crypto";
import type { DeviceId, PartnerId } from "../../model/ids.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import { DEVICE_KEY_BYTES, putDeviceKey } from "./device-key.ts";

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

export function storedKey(key: ProfileKey): StoredKey {
  if (key.kind === "device") {
    return { bytes: deviceProfileKey(key.pid, key.device).bytes.slice(), prefix: NO_PREFIX };
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

/** `storedKey`, for a device in a key of this module's: valid until the next one is asked for. */
export function storedKeyInPlace(key: ProfileKey): StoredKey {
  return key.kind === "device" ? deviceProfileKey(key.pid, key.device) : storedKey(key);
}

/** The last partner that was asked for, with room for a device behind it: mostly it is the next one too. */
let lastPid: PartnerId | undefined;
let keyInPlace: StoredKey = { bytes: new Uint8Array(0), prefix: NO_PREFIX };

function deviceProfileKey(pid: PartnerId, device: DeviceId): StoredKey {
  if (pid !== lastPid) {
    const partner = varint(pid);
    const bytes = new Uint8Array(partner.length + DEVICE_KEY_BYTES);
    bytes.set(partner);
    keyInPlace = { bytes, prefix: NO_PREFIX };
    lastPid = pid;
  }
  const { bytes } = keyInPlace;
  putDeviceKey(device, bytes, bytes.length - DEVICE_KEY_BYTES);
  return keyInPlace;
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
