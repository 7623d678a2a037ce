import assert from "node:assert/strict";
import { test } from "node:test";
import { checkQuery, deviceId } from "../../../test/support/declared-calls.ts";
import { type Identity, type Link, UNKNOWN_IDENTITY } from "../../model/identity.ts";
import type { DeviceId } from "../../model/ids.ts";
import { DAY_MS } from "../../model/time.ts";
import {
  chooseDevice,
  devicesToAskFor,
  inOrderOfChoice,
  MAX_STALE_LINKS,
} from "./choose-device.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const A = deviceId("22920112968019678612904394744954398990");
const B = deviceId("41234567890123456780765432109876543210");

/** An ID synced with devices so many days ago; the most recent sync comes first. */
function syncedWith(...syncs: readonly (readonly [device: DeviceId, daysAgo: number])[]): Identity {
  const links: Link[] = syncs.map(([device, daysAgo], index) => ({
    to: { kind: "device", device },
    state: 0,
    lastSync: NOW - daysAgo * DAY_MS,
    lastAuth: null,
    syncOrder: syncs.length - index,
    authOrder: 0,
  }));
  return { ...UNKNOWN_IDENTITY, links };
}

const seen = (device: DeviceId, daysAgo: number) =>
  new Map([[device, { ...UNKNOWN_IDENTITY, lastSeen: NOW - daysAgo * DAY_MS }]]);
const NOT_ASKED: ReadonlyMap<DeviceId, Identity> = new Map();

test("IDs that name a device choose it before the others, each group in order of appearance", () => {
  const query =
    "d_cid=1001%01a&d_cid_ic=DSID_20914%01e4fe9bde-caa0-47b6-908d-ffba3fa184f2&d_cid=20920%01t&d_cid=1171489%017X&d_cid=1002%01c";
  const { ids } = checkQuery(query);
  assert.deepEqual(
    inOrderOfChoice(ids).map(({ dataSourceId }) => dataSourceId),
    [20914, 1171489, 1001, 20920, 1002],
  );
});

test("the most recent link counts, and nobody need be asked while it is young", () => {
  const identities = [syncedWith([B, 1], [A, 2])];
  assert.deepEqual(devicesToAskFor(identities, NOW), []);
  assert.equal(chooseDevice(identities, NOT_ASKED, NOW), B);
});

test("an ID that leads nowhere passes the choice on to the next", () => {
  const identities = [UNKNOWN_IDENTITY, syncedWith([A, 5]), syncedWith([B, 1])];
  assert.deepEqual(devicesToAskFor(identities, NOW), []);
  assert.equal(chooseDevice(identities, NOT_ASKED, NOW), A);
});

test("no ID leads anywhere where none was ever synced", () => {
  assert.equal(chooseDevice([UNKNOWN_IDENTITY, UNKNOWN_IDENTITY], NOT_ASKED, NOW), null);
  assert.equal(chooseDevice([], NOT_ASKED, NOW), null);
});

test("a link lives 120 whole days after the day of its last sync", () => {
  // Half a day past midnight: 120 days ago is still alive, at this hour and until the day ends.
  assert.equal(chooseDevice([syncedWith([A, 120])], NOT_ASKED, NOW), A);
  assert.equal(chooseDevice([syncedWith([A, 121])], NOT_ASKED, NOW), null);
  assert.equal(chooseDevice([syncedWith([A, 120])], NOT_ASKED, NOW + DAY_MS / 2 - 1), A);
  assert.equal(chooseDevice([syncedWith([A, 120])], NOT_ASKED, NOW + DAY_MS / 2), null);
});

test("an old link lives on while its device is seen", () => {
  const identities = [syncedWith([B, 200], [A, 300]), syncedWith([A, 1])];
  assert.deepEqual(devicesToAskFor(identities, NOW), [B, A]);
  assert.equal(chooseDevice(identities, seen(B, 3), NOW), B);
  assert.equal(chooseDevice(identities, seen(A, 3), NOW), A);
  assert.equal(chooseDevice(identities, seen(B, 121), NOW), A);
});

test("devices are asked for once, and no more than are asked of one ID", () => {
  const many = Array.from({ length: MAX_STALE_LINKS + 50 }, (_, index) => {
    const device = deviceId(String(index + 1).padStart(38, "0"));
    return [device, 200] as const;
  });
  const crowded = syncedWith(...many);
  const lonely = syncedWith([B, 300]);
  assert.equal(devicesToAskFor([crowded, lonely, lonely], NOW).length, MAX_STALE_LINKS + 1);
});
