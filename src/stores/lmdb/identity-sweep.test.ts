import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { deltaOf, numberedDevice } from "../../../test/support/store-deltas.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import type { IdentityChange } from "../../model/identity.ts";
import { deviceIdentity } from "../../model/identity-key.ts";
import { asDataSourceId, asPartnerId } from "../../model/ids.ts";
import { DAY_MS, DEVICE_LIFE_DAYS } from "../../model/time.ts";
import { type Environment, openEnvironment } from "./environment.ts";
import { SWEPT_AT_ONCE } from "./identity-sweep.ts";
import { LmdbVisitorStore } from "./lmdb-visitor-store.ts";

const NOON = Date.UTC(2026, 2, 1, 12);
const PID = asPartnerId(1957);
const SOMEBODY = 900_000;
const limits = { declaredPerDevice: 10, devicesPerDeclared: 100 };
/** A month after what was linked at noon has ended. */
const LONG_AFTER = NOON + (DEVICE_LIFE_DAYS + 32) * DAY_MS;

let environment: Environment;
let store: LmdbVisitorStore;

beforeEach(() => {
  environment = openEnvironment({ folder: storeFolder(), durability: "commit" });
  store = new LmdbVisitorStore(environment);
});
afterEach(() => store.close());

describe("the weekly round over identities", () => {
  it("forgets what ended a month ago, at both ends", async () => {
    await change([link(1)]);
    await callAt(LONG_AFTER - 3 * DAY_MS);
    assert.deepEqual(stored(), { devices: 1, declared: 1 });
    await callAt(LONG_AFTER + 7 * DAY_MS);
    assert.deepEqual(stored(), { devices: 0, declared: 0 });
  });

  it("keeps whoever has been seen since", async () => {
    await change([link(1), link(2)]);
    await change([{ kind: "seen", device: numberedDevice(2), at: NOON + 100 * DAY_MS }]);
    await callAt(LONG_AFTER);
    assert.deepEqual(stored(), { devices: 1, declared: 1 });
    const identity = store.atHand().identity(deviceIdentity(numberedDevice(2)));
    assert.equal(identity.lastSeen, NOON + 100 * DAY_MS);
  });

  it("keeps an opt-out for ever", async () => {
    const key = deviceIdentity(numberedDevice(1));
    await change([link(1), { kind: "opt-out", key, pid: PID, reason: "request", at: NOON }]);
    await callAt(LONG_AFTER);
    assert.deepEqual(stored(), { devices: 1, declared: 0 });
    assert.equal(store.atHand().identity(key).optOuts.length, 1);
  });

  it("looks at a few with each call", async () => {
    const count = 3 * SWEPT_AT_ONCE;
    await change(Array.from({ length: count }, (_, place) => link(place + 1)));
    await callAt(LONG_AFTER);
    assert.equal(stored().devices, count - SWEPT_AT_ONCE);
    for (let call = 0; call < 3; call++) await callAt(LONG_AFTER);
    assert.deepEqual(stored(), { devices: 0, declared: 0 });
  });

  it("begins anew only after a week", async () => {
    await callAt(LONG_AFTER - DAY_MS);
    await change([link(1)]);
    await callAt(LONG_AFTER);
    assert.deepEqual(stored(), { devices: 1, declared: 1 });
    await callAt(LONG_AFTER + 6 * DAY_MS);
    assert.deepEqual(stored(), { devices: 0, declared: 0 });
  });
});

async function change(identities: readonly IdentityChange[]): Promise<void> {
  await store.commitVisit({ profiles: [], identities, guard: null });
}

/** A call of somebody else, and all that its transaction does. */
async function callAt(at: number): Promise<void> {
  const key = { kind: "device", pid: PID, device: numberedDevice(SOMEBODY) } as const;
  const profiles = [{ key, delta: deltaOf({ at, realized: { 1: 0 } }) }];
  await store.commitVisit({ profiles, identities: [], guard: null });
}

function link(number: number): IdentityChange {
  const declared = { dataSourceId: asDataSourceId(7), id: `c-${number}` };
  return { kind: "link", device: numberedDevice(number), declared, state: 1, at: NOON, limits };
}

function stored(): { readonly devices: number; readonly declared: number } {
  environment.seeLatest();
  return {
    devices: environment.identitiesOfDevices.getKeysCount(),
    declared: environment.identitiesOfDeclaredIds.getKeysCount(),
  };
}
