import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { it } from "node:test";
import { parseDeviceId } from "../model/ids.ts";
import { deriveSecret } from "./derive-secret.ts";
import { newDeviceId } from "./new-device-id.ts";

it("a new device ID has 38 digits and both halves below 2^63", () => {
  for (let turn = 0; turn < 1000; turn++) assert.ok(parseDeviceId(newDeviceId(randomBytes)));
});

it("the largest bytes give the largest ID, still within 63 bits a half", () => {
  const id = newDeviceId((count) => new Uint8Array(count).fill(255));
  assert.equal(id, "92233720368547758079223372036854775807");
});

it("38 zeros are never given out: chance is asked again", () => {
  const draws = [new Uint8Array(16), new Uint8Array(16).fill(1)];
  const id = newDeviceId(() => draws.shift() ?? assert.fail("asked a third time"));
  assert.equal(id, "00361700864190383360036170086419038336");
});

it("derived secrets are 32 bytes, repeatable, and differ by label and by root", () => {
  const root = new TextEncoder().encode("root");
  assert.equal(deriveSecret(root, "a").length, 32);
  assert.deepEqual(deriveSecret(root, "a"), deriveSecret(root, "a"));
  assert.notDeepEqual(deriveSecret(root, "a"), deriveSecret(root, "b"));
  assert.notDeepEqual(deriveSecret(root, "a"), deriveSecret(new Uint8Array(4), "a"));
});
