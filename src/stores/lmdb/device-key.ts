import { type DeviceId, parseDeviceId } from "../../model/ids.ts";

const HALF_DIGITS = 19;
export const DEVICE_KEY_BYTES = 16;

/** A device as two halves of 8 bytes. */
export function deviceKeyBytes(device: DeviceId): Buffer {
  const bytes = Buffer.alloc(DEVICE_KEY_BYTES);
  bytes.writeBigUInt64BE(BigInt(device.slice(0, HALF_DIGITS)), 0);
  bytes.writeBigUInt64BE(BigInt(device.slice(HALF_DIGITS)), 8);
  return bytes;
}

/** Null where the bytes are none. */
export function deviceOfKeyBytes(bytes: Uint8Array): DeviceId | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length !== DEVICE_KEY_BYTES) return null;
  const half = (at: number): string => `${view.readBigUInt64BE(at)}`.padStart(HALF_DIGITS, "0");
  return parseDeviceId(half(0) + half(8));
}
