import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_PROFILE, type Profile } from "../../../model/profile.ts";
import { SeenRecords } from "./seen-records.ts";

const profile = (): Profile => ({ ...EMPTY_PROFILE });
const record = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

test("a record is known by the very object that it was read to, once", () => {
  const seen = new SeenRecords();
  const [one, same] = [profile(), profile()];
  seen.remember(one, record(300, 1));
  assert.equal(seen.take(same), null);
  assert.notEqual(seen.take(one), null);
  assert.equal(seen.take(one), null);
});

test("a record is the same only octet for octet", () => {
  const seen = new SeenRecords();
  const [one, other] = [profile(), profile()];
  const bytes = record(300, 1);
  seen.remember(one, bytes);
  seen.remember(other, record(20, 2));
  bytes.fill(9);
  const [first, second] = [seen.take(one) ?? -1, seen.take(other) ?? -1];
  assert.ok(seen.isSame(record(300, 1), first));
  assert.ok(seen.isSame(record(20, 2), second));
  assert.ok(!seen.isSame(record(299, 1), first));
  assert.ok(!seen.isSame(record(301, 1), first));
  const changed = record(300, 1);
  changed[299] = 0;
  assert.ok(!seen.isSame(changed, first));
});

test("what is remembered has a limit: beyond it earlier records are forgotten, and long ones always", () => {
  const seen = new SeenRecords();
  const profiles = Array.from({ length: 40 }, profile);
  for (const [at, one] of profiles.entries()) seen.remember(one, record(60_000, at));
  const known = profiles.map((one) => seen.take(one));
  assert.equal(known.filter((place) => place !== null).length, 40 % 17);
  assert.ok(seen.isSame(record(60_000, 39), known[39] ?? -1));
  const long = profile();
  seen.remember(long, record(65_536, 1));
  assert.equal(seen.take(long), null);
});
