import { type DeviceId, parseDeviceId } from "../../model/ids.ts";

const HALF_DIGITS = 19;
const HALF_BYTES = 8;
export const DEVICE_KEY_BYTES = 16;

const ZERO = "0".charCodeAt(0);
/** A half is read as its first digit and three groups of six: what they come to stays exact in a number. */
const GROUP_DIGITS = 6;
const GROUP = 10 ** GROUP_DIGITS;
const LOW = 2 ** 32;

/** A device as two halves of 8 bytes. */
export function deviceKeyBytes(device: DeviceId): Buffer {
  const bytes = Buffer.allocUnsafe(DEVICE_KEY_BYTES);
  putDeviceKey(device, bytes, 0);
  return bytes;
}

/** A call asks for the same device several times over. */
let lastDevice: DeviceId | undefined;
const keyInPlace = Buffer.alloc(DEVICE_KEY_BYTES);

/** `deviceKeyBytes` in a buffer of this module's: valid until the next one is asked for. */
export function deviceKeyInPlace(device: DeviceId): Buffer {
  if (device !== lastDevice) {
    putHalf(device, 0, keyInPlace, 0);
    putHalf(device, HALF_DIGITS, keyInPlace, HALF_BYTES);
    lastDevice = device;
  }
  return keyInPlace;
}

/** `deviceKeyBytes` into bytes that are there already, from a place on. */
export function putDeviceKey(device: DeviceId, bytes: Uint8Array, at: number): void {
  const key = deviceKeyInPlace(device);
  for (let place = 0; place < DEVICE_KEY_BYTES; place++) bytes[at + place] = key[place] ?? 0;
}

/** Without big integers, which are slow to make. */
function putHalf(device: DeviceId, from: number, bytes: Uint8Array, at: number): void {
  let high = 0;
  let low = device.charCodeAt(from) - ZERO;
  for (let place = from + 1; place < from + HALF_DIGITS; place += GROUP_DIGITS) {
    let group = 0;
    for (let digit = place; digit < place + GROUP_DIGITS; digit++) {
      group = group * 10 + device.charCodeAt(digit) - ZERO;
    }
    const product = low * GROUP + group;
    low = product >>> 0;
    high = high * GROUP + (product - low) / LOW;
  }
  putWord(high, bytes, at);
  putWord(low, bytes, at + 4);
}

function putWord(word: number, bytes: Uint8Array, at: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** Null where the bytes are none. */
export function deviceOfKeyBytes(bytes: Uint8Array): DeviceId | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length !== DEVICE_KEY_BYTES) return null;
  const half = (at: number): string => `${view.readBigUInt64BE(at)}`.padStart(HALF_DIGITS, "0");
  return parseDeviceId(half(0) + half(8));
}
