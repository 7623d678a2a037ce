import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { type Random, seededRandom } from "../../test/support/random.ts";
import { customerKey, deviceKey, NOON } from "../../test/support/visitors.ts";
import { type Identity, type IdentityKey, type Link, UNKNOWN_IDENTITY } from "../model/identity.ts";
import { asDataSourceId, asPartnerId, parseDeviceId } from "../model/ids.ts";
import { CorruptRecord } from "./corrupt-record.ts";
import { decodeIdentity, encodeIdentity } from "./identity-record.ts";

const seed = 7;

test("an identity is read as it was written", () => {
  const random = seededRandom(seed);
  for (let round = 0; round < 500; round++) {
    const identity = randomIdentity(random);
    assert.deepEqual(decodeIdentity(encodeIdentity(identity)), identity, `seed ${seed}, ${round}`);
  }
  assert.deepEqual(decodeIdentity(encodeIdentity(UNKNOWN_IDENTITY)), UNKNOWN_IDENTITY);
});

test("IDs of every script, and devices at the ends of their space, keep every character", () => {
  const ids = ["", "\0", "é", "e\u0301", "𝔘", "\ud835", "\ufffd", "日".repeat(1_024)];
  const halves = [`${"0".repeat(18)}1`, "9223372036854775807", "0".repeat(19)];
  const devices = halves.flatMap((high) => halves.map((low) => parseDeviceId(high + low)));
  const ends: IdentityKey[] = ids.map(customerKey);
  for (const device of devices) if (device !== null) ends.push({ kind: "device", device });
  assert.equal(ends.length, ids.length + 8);
  for (const to of ends) {
    const identity = { ...UNKNOWN_IDENTITY, links: [linkTo(to)] };
    assert.deepEqual(decodeIdentity(encodeIdentity(identity)), identity);
  }
});

test("a device with one customer takes few bytes", () => {
  const identity = { ...UNKNOWN_IDENTITY, lastSeen: NOON, links: [linkTo(customerKey("user-1"))] };
  assert.ok(encodeIdentity(identity).length <= 34, `${encodeIdentity(identity).length} bytes`);
});

test("a record with any byte changed, or cut off anywhere, is refused as damaged", () => {
  const random = seededRandom(seed);
  for (let round = 0; round < 30; round++) {
    const record = encodeIdentity(randomIdentity(random));
    for (let place = 0; place < record.length; place++) {
      const changed = record.slice();
      changed[place] = (changed[place] ?? 0) ^ (1 + random.below(255));
      assert.throws(() => decodeIdentity(changed), CorruptRecord);
      assert.throws(() => decodeIdentity(record.subarray(0, place)), CorruptRecord);
    }
  }
});

test("a record whose checksum fits, but which holds nonsense, is read or refused, and harms nobody", () => {
  const random = seededRandom(seed);
  let refused = 0;
  for (let round = 0; round < 3_000; round++) {
    const record = encodeIdentity(randomIdentity(random));
    const body = record.subarray(1, -4);
    for (let times = 0; times < 3; times++) body[random.below(body.length)] = random.below(256);
    new DataView(record.buffer).setUint32(record.length - 4, crc32(record.subarray(0, -4)), true);
    try {
      decodeIdentity(record);
    } catch (fault) {
      assert.ok(fault instanceof CorruptRecord, `seed ${seed}, ${round}: ${fault}`);
      assert.match(fault.message, /^A stored identity is damaged at byte \d+: /);
      refused++;
    }
  }
  assert.ok(refused > 1_000, `${refused}`);
});

test("a record of a version to come is not misread", () => {
  const record = encodeIdentity(UNKNOWN_IDENTITY);
  record[0] = 99;
  assert.throws(() => decodeIdentity(record), /version is 99/);
});

function linkTo(to: IdentityKey): Link {
  return { to, state: 1, lastSync: NOON, lastAuth: NOON, syncOrder: NOON, authOrder: NOON };
}

function randomIdentity(random: Random): Identity {
  const isDevice = random.chance(0.5);
  const links = Array.from({ length: random.below(8) }, (_, place): Link => {
    const lastSync = NOON - random.below(5) * random.below(1e9);
    const isLogin = random.chance(0.5);
    return {
      to: isDevice
        ? {
            kind: "declared",
            dataSourceId: asDataSourceId(random.below(2_000_000)),
            id: "x".repeat(random.below(90)),
          }
        : deviceKey(1 + random.below(1e15)),
      state: random.pick([0, 1, 2]),
      lastSync,
      lastAuth: isLogin ? lastSync - random.below(2) * 5 : null,
      syncOrder: lastSync + random.below(2) * place,
      authOrder: isLogin ? lastSync + random.below(3) : 0,
    };
  });
  links.sort((a, b) => b.lastSync - a.lastSync);
  const partners = [...new Set([random.below(9), 1957, random.below(1e9)])].sort((a, b) => a - b);
  return {
    lastSeen: links.length > 0 ? NOON : 0,
    links,
    optOuts: partners.slice(random.below(partners.length + 1)).map((pid) => ({
      pid: asPartnerId(pid),
      reason: random.pick(["request", "consent", "privacy"]),
      since: NOON - random.below(1e9),
    })),
  };
}
