import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import { asPartnerId, type DeviceId, parseDeviceId } from "../../model/ids.ts";
import { deviceKeyBytes, deviceOfKeyBytes } from "./device-key.ts";
import { storedKey, storedKeyInPlace } from "./profile-key.ts";

const random = seededRandom(11);

test("a device's key is its two numbers, 8 bytes each, the highest first", () => {
  for (const device of devices(2_000)) {
    const slow = Buffer.alloc(16);
    slow.writeBigUInt64BE(BigInt(device.slice(0, 19)), 0);
    slow.writeBigUInt64BE(BigInt(device.slice(19)), 8);
    assert.deepEqual(deviceKeyBytes(device), slow, device);
    assert.equal(deviceOfKeyBytes(slow), device);
  }
});

test("a profile's key made in place is the one that is kept", () => {
  for (const device of devices(200)) {
    for (const id of [1, 127, 128, 16_383, 16_384, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const key = { kind: "device", pid: asPartnerId(id), device } as const;
      assert.deepEqual(Buffer.from(storedKeyInPlace(key).bytes), Buffer.from(storedKey(key).bytes));
    }
  }
});

function devices(count: number): DeviceId[] {
  const edges = ["0", "1", "4294967295", "4294967296", "999999999999999999", "9223372036854775807"];
  const halves = [
    ...edges,
    ...Array.from({ length: count }, () => `${half(random.below(63) + 1)}`),
  ].map((text) => text.padStart(19, "0"));
  return halves.flatMap((one, at) => {
    const device = parseDeviceId(one + (halves[(at * 7 + 3) % halves.length] ?? ""));
    return device === null ? [] : [device];
  });
}

/** A number of so many bits at most. */
function half(bits: number): bigint {
  const whole = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
  return BigInt.asUintN(bits, whole);
}
