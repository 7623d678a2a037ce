// What is answered before it is committed is seen all the same, and costs no transaction of its own.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { deltaOf, numberedDevice } from "../../../test/support/store-deltas.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import type { IdentityChange, IdentityKey } from "../../model/identity.ts";
import { asDataSourceId, asPartnerId } from "../../model/ids.ts";
import type { ProfileChange } from "../../profiles/store.ts";
import { type Environment, openEnvironment } from "./environment.ts";
import { LmdbVisitorStore } from "./lmdb-visitor-store.ts";

const NOON = Date.UTC(2026, 2, 1, 12);
const PID = asPartnerId(1957);
const CALLS = 64;

let environment: Environment;
let store: LmdbVisitorStore;

beforeEach(() => {
  environment = openEnvironment({ folder: storeFolder(), durability: "off" });
  store = new LmdbVisitorStore(environment);
});
afterEach(() => store.close());

describe("visits that are answered before they are committed", () => {
  it("share a transaction, whoever is asked for between them", async () => {
    const before = environment.transactions;
    for (let number = 1; number <= CALLS; number++) await visit(number, [link(number, number)]);
    assert.equal(environment.transactions, before);
    await nextTurn();
    assert.equal(environment.transactions, before + 1);
  });

  it("are seen at once by whoever asks for one of their visitors", async () => {
    await visit(1, [link(1, 1)]);
    assert.equal(
      store.atHand().profile({ kind: "device", pid: PID, device: device(1).device }).lastSeen,
      NOON,
    );
    await visit(2, [link(2, 2)]);
    assert.deepEqual(linkedWith(device(2)), [declared(2)]);
    await visit(3, [link(3, 3)]);
    assert.deepEqual(linkedWith(declared(3)), [device(3)]);
  });

  it("are seen at once by whoever asks for a visitor whose link they have ended", async () => {
    await visit(1, [link(1, 1)]);
    await nextTurn();
    assert.deepEqual(linkedWith(declared(1)), [device(1)]);
    // A device has room for one.
    await visit(1, [link(1, 2)]);
    assert.deepEqual(linkedWith(declared(1)), []);
  });

  it("are stored one after the other where they are of one visitor", async () => {
    await visit(1, [link(1, 1)]);
    await visit(1, [{ kind: "unlink", device: device(1).device, declared: declared(1) }]);
    assert.deepEqual(linkedWith(device(1)), []);
    assert.deepEqual(linkedWith(declared(1)), []);
  });
});

/** As a call makes one: it looks at what it is about to change. */
async function visit(number: number, identities: readonly IdentityChange[]): Promise<void> {
  const key = { kind: "device", pid: PID, device: device(number).device } as const;
  const profiles: ProfileChange[] = [
    { key, delta: deltaOf({ at: NOON, realized: { [number]: 0 } }) },
  ];
  const atHand = store.atHand();
  atHand.identity(device(number));
  atHand.profile(key);
  const guard = { pid: PID, keys: [device(number)] };
  assert.equal(await store.commitVisit({ profiles, identities, guard }), "stored");
}

function linkedWith(key: IdentityKey): readonly IdentityKey[] {
  return store
    .atHand()
    .identity(key)
    .links.map(({ to }) => to);
}

function link(deviceNumber: number, declaredNumber: number): IdentityChange {
  return {
    kind: "link",
    device: device(deviceNumber).device,
    declared: declared(declaredNumber),
    state: 1,
    at: NOON,
    limits: { declaredPerDevice: 1, devicesPerDeclared: 100 },
  };
}

function device(number: number): Extract<IdentityKey, { kind: "device" }> {
  return { kind: "device", device: numberedDevice(number) };
}

function declared(number: number): Extract<IdentityKey, { kind: "declared" }> {
  return { kind: "declared", dataSourceId: asDataSourceId(7), id: `c-${number}` };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
