import assert from "node:assert/strict";
import { test } from "node:test";
import { obfuscateAddress, plainAddress } from "./address.ts";

const ROWS: readonly (readonly [address: string, shortened: string])[] = [
  ["198.51.100.77", "198.51.100.0"],
  ["::ffff:198.51.100.77", "198.51.100.0"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::"],
  ["2001:db8::1", "2001:db8:0::"],
  ["::1", "0:0:0::"],
];

for (const [address, shortened] of ROWS) {
  test(`${address} is shortened to ${shortened}`, () => {
    assert.equal(obfuscateAddress(address), shortened);
  });
}

test("an IPv4 peer of a socket of both families is spelt as IPv4", () => {
  assert.equal(plainAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(plainAddress("2001:db8::1"), "2001:db8::1");
});
