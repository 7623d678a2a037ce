// Values that carry a checksum of themselves and of their key: changed bytes are noticed, and so is a value
// that is found under another key.

import { crc32 } from "node:zlib";

const CHECKSUM_BYTES = 4;

export function withChecksum(key: Uint8Array, value: Uint8Array): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(value, crc32(key)));
  return Buffer.concat([value, checksum]);
}

/** The value, or null where it is not what was written. */
export function checkedValue(key: Uint8Array, stored: Uint8Array): Buffer | null {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < 0) return null;
  const value = bytes.subarray(0, end);
  return bytes.readUInt32LE(end) === crc32(value, crc32(key)) ? value : null;
}
