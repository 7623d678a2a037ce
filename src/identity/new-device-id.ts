import { type DeviceId, parseDeviceId } from "../model/ids.ts";
import { isZero, printHalves } from "./halves.ts";

const ID_BYTES = 16;

/**
 * A device ID nobody had before: 126 random bits in two halves ("DCS and visitor-ID service", Format of
 * UUID and MID). `randomBytes` must be cryptographic (`node:crypto` has one): who can guess IDs can read
 * other people's profiles.
 */
export function newDeviceId(randomBytes: (count: number) => Uint8Array): DeviceId {
  for (;;) {
    const bytes = randomBytes(ID_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, ID_BYTES);
    // A half has 63 bits: the lowest bit of each eight bytes is spare.
    const halves = { high: view.getBigUint64(0) >> 1n, low: view.getBigUint64(8) >> 1n };
    const device = isZero(halves) ? null : parseDeviceId(printHalves(halves));
    if (device !== null) return device;
  }
}
