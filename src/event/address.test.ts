import assert from "node:assert/strict";
import { test } from "node:test";
import { geoTable } from "../../test/support/event-world.ts";
import { obfuscateAddress, plainAddress, visibleAddress } from "./address.ts";

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

test("all addresses are seen shortened, or none", () => {
  assert.equal(visibleAddress("198.51.100.77", "all", null), "198.51.100.0");
  assert.equal(visibleAddress("::ffff:198.51.100.77", "none", null), "198.51.100.77");
});

test("for a list of countries the shortened address says which country it is", () => {
  const geo = geoTable({
    "198.51.100.0": { country: "DE" },
    "198.51.100.77": { country: "FR" },
    "2001:db8:1::": { country: "FR" },
  });
  assert.equal(visibleAddress("198.51.100.77", ["DE"], geo), "198.51.100.0");
  assert.equal(visibleAddress("198.51.100.77", ["FR"], geo), "198.51.100.77");
  assert.equal(visibleAddress("2001:db8:1:2::3", ["FR"], geo), "2001:db8:1::");
  assert.deepEqual(geo.asked, ["198.51.100.0", "198.51.100.0", "2001:db8:1::"]);
});

test("an address of no known country may be of one on the list", () => {
  assert.equal(visibleAddress("192.0.2.7", ["DE"], geoTable({})), "192.0.2.0");
  assert.equal(visibleAddress("192.0.2.7", ["DE"], null), "192.0.2.0");
});

test("for an empty list of countries nothing is looked up", () => {
  const geo = geoTable({});
  assert.equal(visibleAddress("192.0.2.7", [], geo), "192.0.2.7");
  assert.deepEqual(geo.asked, []);
});
