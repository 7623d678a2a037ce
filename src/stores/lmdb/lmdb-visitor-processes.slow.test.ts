// Several processes that work on the same visitors.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { holdStore } from "../../../test/support/open-beside.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import {
  type LinkPlan,
  outcomeOf,
  plannedKeys,
  plannedLinks,
  runCallerNow,
  spawnCaller,
} from "../../../test/support/visit-caller.ts";
import {
  deviceKey,
  NOON,
  PARTNER,
  profileChange,
  profileKey,
} from "../../../test/support/visitors.ts";
import { applyIdentityChanges } from "../../model/apply-identity-changes.ts";
import { type Identity, UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { identityKeyText } from "../../model/identity-key.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbVisitorStore } from "./lmdb-visitor-store.ts";

const SEED = 20_260_301;
const WIDE = { declaredPerDevice: 10, devicesPerDeclared: 100 };

async function linkInParallel(plans: readonly LinkPlan[]): Promise<readonly Identity[]> {
  const folder = storeFolder();
  const durability = "commit";
  await using held = await holdStore({ folder, durability });
  const callers = plans.map((plan) =>
    spawnCaller({ kind: "link", folder, durability, plan, inFlight: 20 }),
  );
  await Promise.all(callers.map(outcomeOf));
  const [first] = plans;
  assert.ok(first);
  return await new LmdbVisitorStore(held.environment).loadIdentities(plannedKeys(first));
}

/** One call after the other, in the order of their times. */
function linkInSequence(plans: readonly LinkPlan[]): readonly Identity[] {
  const stored = new Map<string, Identity>();
  const changes = plans.flatMap(plannedLinks).toSorted((a, b) => a.at - b.at);
  for (const change of changes) {
    const after = applyIdentityChanges(
      [change],
      (key) => stored.get(identityKeyText(key)) ?? UNKNOWN_IDENTITY,
    );
    for (const { key, identity } of after) stored.set(identityKeyText(key), identity);
  }
  const [first] = plans;
  assert.ok(first);
  return plannedKeys(first).map((key) => stored.get(identityKeyText(key)) ?? UNKNOWN_IDENTITY);
}

/** Everything but the numbers that order what the clock does not. */
function withoutOrders({ links }: Identity): unknown {
  return links.map(({ to, state, lastSync, lastAuth }) => ({ to, state, lastSync, lastAuth }));
}

function plansOf(plan: Pick<LinkPlan, "customers" | "limits">): readonly LinkPlan[] {
  return [0, 1].map((offset) => {
    return { ...plan, seed: SEED + offset, visits: 600, devices: 10, offset, step: 2 };
  });
}

describe("processes that link ten devices at once", () => {
  it("leave the links, states and logins that one after the other would", async () => {
    const plans = plansOf({ customers: 5, limits: WIDE });
    const linked = await linkInParallel(plans);
    assert.deepEqual(
      linked.map(withoutOrders),
      linkInSequence(plans).map(withoutOrders),
      `seed ${SEED}`,
    );
  });

  for (const [what, limits] of [
    ["declared IDs of a device", { declaredPerDevice: 3, devicesPerDeclared: 100 }],
    ["devices of a declared ID", { declaredPerDevice: 100, devicesPerDeclared: 3 }],
  ] as const) {
    it(`keep the latest ${what}, at both ends, as one after the other would`, async () => {
      const plans = plansOf({ customers: 12, limits });
      const ends = (identities: readonly Identity[]) =>
        identities.map(({ links }) => links.map(({ to, lastSync }) => ({ to, lastSync })));
      const linked = await linkInParallel(plans);
      assert.deepEqual(ends(linked), ends(linkInSequence(plans)), `seed ${SEED}`);
    });
  }
});

for (const durability of ["commit", "fsync", "off"] as const) {
  describe(`an opt-out that another process answered (${durability})`, () => {
    it("stops a call that had begun before, within one turn of the event loop too", async () => {
      const folder = storeFolder();
      const store = new LmdbVisitorStore(openEnvironment({ folder, durability }));
      const guard = { pid: PARTNER, keys: [deviceKey(1)] };
      const before = store.loadIdentities(guard.keys);
      runCallerNow({ kind: "opt-out", folder, durability, device: 1 });
      const visit = { profiles: [profileChange(1)], identities: [], guard };
      const outcome = store.commitVisit(visit);
      assert.deepEqual(await before, [UNKNOWN_IDENTITY]);
      assert.equal(await outcome, "opted-out");
      assert.equal((await store.load([profileKey(1)]))[0]?.lastSeen, 0);
      await store.close();
    });
  });
}

for (const durability of ["commit", "fsync", "off"] as const) {
  describe(`an opt-out, as soon as it is answered (${durability})`, () => {
    it("stops the calls of another process, and none once it is taken back", async () => {
      const folder = storeFolder();
      const store = new LmdbVisitorStore(openEnvironment({ folder, durability }));
      const task = { kind: "visit", folder, durability, device: 1 } as const;
      const [key, pid] = [deviceKey(1), PARTNER];
      const optOut = { kind: "opt-out", key, pid, reason: "request", at: NOON } as const;
      await store.commitVisit({ profiles: [], identities: [optOut], guard: null });
      assert.equal(runCallerNow(task), "opted-out");
      const optIn = { kind: "opt-in", key, pid } as const;
      await store.commitVisit({ profiles: [], identities: [optIn], guard: null });
      assert.equal(runCallerNow(task), "stored");
      await store.close();
    });
  });
}

describe("a call that is answered before it is committed", () => {
  it("stores nothing where an opt-out was answered meanwhile", async () => {
    const folder = storeFolder();
    const durability = "off";
    const store = new LmdbVisitorStore(openEnvironment({ folder, durability }));
    const guard = { pid: PARTNER, keys: [deviceKey(1)] };
    const visit = { profiles: [profileChange(1)], identities: [], guard };
    const outcome = store.commitVisit(visit);
    runCallerNow({ kind: "opt-out", folder, durability, device: 1 });
    assert.equal(await outcome, "stored");
    assert.equal((await store.load([profileKey(1)]))[0]?.lastSeen, 0);
    await store.close();
  });
});

describe("a bucket that two processes share", () => {
  it("admits exactly its calls of ten thousand", async () => {
    const folder = storeFolder();
    const task = {
      kind: "take",
      folder,
      durability: "commit",
      takes: 5_000,
      calls: 1_234,
    } as const;
    await using _ = await holdStore(task);
    const admitted = await Promise.all([spawnCaller(task), spawnCaller(task)].map(outcomeOf));
    assert.equal(Number(admitted[0]) + Number(admitted[1]), 1_234);
  });

  it("is full again when a node starts", async () => {
    const folder = storeFolder();
    const bucket = { key: deviceKey(1), calls: 1, windowSeconds: 60 };
    for (let start = 0; start < 2; start++) {
      const environment = openEnvironment({ folder, durability: "commit", checksFiles: true });
      const store = new LmdbVisitorStore(environment);
      assert.equal(await store.rates.take([bucket], NOON), null);
      assert.equal(await store.rates.take([bucket], NOON), 60);
      await store.close();
    }
  });
});
