// The part of the visitor store's contract that is about the deny list, call rates and device graphs.

import assert from "node:assert/strict";
import { it } from "node:test";
import { CRM, deviceId, deviceKey, NOON } from "../../test/support/visitors.ts";
import { asDataSourceId } from "../model/ids.ts";
import type { WithStore } from "./visitor-store.contract.ts";
import type { CountedKey, DeniedKey } from "./visitor-store.ts";

export function describeStoredLists(withStore: WithStore): void {
  describeDenials(withStore);
  describeBuckets(withStore);
  describeWindows(withStore);
  describeGraphs(withStore);
}

const DENIED: readonly DeniedKey[] = [
  { kind: "device", device: deviceId(1) },
  { kind: "customer", dataSourceId: CRM, id: "jane" },
  { kind: "customer", dataSourceId: CRM, id: "x".repeat(1_024) },
  { kind: "customer", dataSourceId: CRM, id: "\ud835" },
  { kind: "dataSource", dataSourceId: CRM },
];

const NOT_DENIED: readonly DeniedKey[] = [
  { kind: "device", device: deviceId(2) },
  { kind: "customer", dataSourceId: CRM, id: "Jane" },
  { kind: "customer", dataSourceId: asDataSourceId(1), id: "jane" },
  { kind: "customer", dataSourceId: CRM, id: "" },
  { kind: "customer", dataSourceId: CRM, id: "\ufffd" },
  { kind: "dataSource", dataSourceId: asDataSourceId(1) },
];

function describeDenials(withStore: WithStore): void {
  it("denies whom the list names, of every kind, and nobody else", () =>
    withStore(async (store) => {
      for (const key of DENIED) await store.denials.add({ key, until: null });
      const answers = await store.denials.areDenied([...NOT_DENIED, ...DENIED], NOON);
      const expected = [...NOT_DENIED.map(() => false), ...DENIED.map(() => true)];
      assert.deepEqual(answers, expected);
      const listed = await store.denials.list(NOON);
      assert.equal(listed.length, DENIED.length);
      for (const key of DENIED) {
        assert.ok(listed.some((denial) => JSON.stringify(denial.key) === JSON.stringify(key)));
      }
    }));

  it("denies until an entry's end, and lists it until then", () =>
    withStore(async (store) => {
      const key = { kind: "device", device: deviceId(1) } as const;
      await store.denials.add({ key, until: NOON });
      const at = async (now: number) => [
        (await store.denials.areDenied([key], now))[0],
        (await store.denials.list(now)).length,
      ];
      assert.deepEqual(await at(NOON - 1), [true, 1]);
      assert.deepEqual(await at(NOON), [false, 0]);
      await store.denials.add({ key, until: NOON + 10 });
      assert.deepEqual(await at(NOON), [true, 1]);
      assert.deepEqual(await store.denials.list(NOON), [{ key, until: NOON + 10 }]);
    }));

  it("says whether there was an entry to remove", () =>
    withStore(async (store) => {
      for (const key of DENIED) {
        assert.equal(await store.denials.remove(key), false);
        await store.denials.add({ key, until: null });
        assert.equal(await store.denials.remove(key), true);
      }
      assert.deepEqual(await store.denials.list(NOON), []);
      assert.deepEqual(
        await store.denials.areDenied(DENIED, NOON),
        DENIED.map(() => false),
      );
    }));
}

const ADDRESS: CountedKey = { kind: "address", address: "192.0.2.1" };

function describeBuckets(withStore: WithStore): void {
  it("lets a bucket's calls pass at once, and then one each time that a token has come", () =>
    withStore(async (store) => {
      const bucket = { key: deviceKey(1), calls: 6, windowSeconds: 60 };
      const take = (now: number) => store.rates.take([bucket], now);
      for (let call = 0; call < 6; call++) assert.equal(await take(NOON), null);
      assert.equal(await take(NOON), 10);
      assert.equal(await take(NOON + 9_999), 1);
      assert.equal(await take(NOON + 10_000), null);
      assert.equal(await take(NOON + 10_001), 10);
      for (let call = 0; call < 6; call++) assert.equal(await take(NOON + 80_000), null);
      assert.equal(await take(NOON + 80_000), 10);
    }));

  it("takes a token of each bucket, or of none", () =>
    withStore(async (store) => {
      const wide = { key: deviceKey(1), calls: 3, windowSeconds: 60 };
      const narrow = { key: ADDRESS, calls: 1, windowSeconds: 60 };
      assert.equal(await store.rates.take([wide, narrow], NOON), null);
      assert.equal(await store.rates.take([wide, narrow], NOON), 60);
      assert.equal(await store.rates.take([wide], NOON), null);
      assert.equal(await store.rates.take([wide], NOON), null);
      assert.equal(await store.rates.take([wide], NOON), 20);
      assert.equal(await store.rates.take([], NOON), null);
    }));

  it("takes one token of a bucket that is named twice", () =>
    withStore(async (store) => {
      const bucket = { key: ADDRESS, calls: 2, windowSeconds: 60 };
      assert.equal(await store.rates.take([bucket, bucket], NOON), null);
      assert.equal(await store.rates.take([bucket, bucket], NOON), null);
      assert.equal(await store.rates.take([bucket, bucket], NOON), 30);
    }));

  it("begins a bucket anew when its rate was changed or the clock was set back", () =>
    withStore(async (store) => {
      const bucket = { key: ADDRESS, calls: 1, windowSeconds: 60 };
      assert.equal(await store.rates.take([bucket], NOON), null);
      assert.equal(await store.rates.take([{ ...bucket, calls: 2 }], NOON), null);
      assert.equal(await store.rates.take([bucket], NOON), null);
      const earlier = NOON - 1_000_000;
      assert.equal(await store.rates.take([bucket], earlier), null);
      assert.equal(await store.rates.take([bucket], earlier), 60);
    }));
}

function describeWindows(withStore: WithStore): void {
  it("names whom it has counted too often within the window", () =>
    withStore(async (store) => {
      const counted = { key: deviceKey(1), most: 2, windowSeconds: 10 };
      const other = { key: ADDRESS, most: 100, windowSeconds: 10 };
      const count = (now: number) => store.rates.count([counted, other], now);
      assert.deepEqual(await count(NOON), []);
      assert.deepEqual(await count(NOON + 9_999), []);
      assert.deepEqual(await count(NOON + 10_000), []);
      assert.deepEqual(await count(NOON + 10_001), [deviceKey(1)]);
      assert.deepEqual(await count(NOON + 30_000), []);
    }));

  it("counts calls apart from tokens", () =>
    withStore(async (store) => {
      await store.rates.take([{ key: ADDRESS, calls: 1, windowSeconds: 60 }], NOON);
      const counted = { key: ADDRESS, most: 1, windowSeconds: 60 };
      assert.deepEqual(await store.rates.count([counted], NOON), []);
      assert.deepEqual(await store.rates.count([counted], NOON), [ADDRESS]);
    }));
}

function describeGraphs(withStore: WithStore): void {
  it("knows a device's cluster in each graph", () =>
    withStore(async (store) => {
      const other = asDataSourceId(7);
      await store.graphs.replace(CRM, [[deviceId(1), deviceId(2)], [deviceId(3)]]);
      await store.graphs.replace(other, [[deviceId(1), deviceId(3)]]);
      const { graphs } = store;
      assert.deepEqual(await graphs.clusterOf(CRM, deviceId(2)), [deviceId(1), deviceId(2)]);
      assert.deepEqual(await graphs.clusterOf(CRM, deviceId(3)), [deviceId(3)]);
      assert.deepEqual(await graphs.clusterOf(CRM, deviceId(4)), []);
      assert.deepEqual(await graphs.clusterOf(other, deviceId(3)), [deviceId(1), deviceId(3)]);
    }));

  it("replaces a whole graph, also by an empty one", () =>
    withStore(async (store) => {
      const { graphs } = store;
      await graphs.replace(CRM, [[deviceId(1), deviceId(2)], [deviceId(3)]]);
      await graphs.replace(CRM, [[deviceId(2), deviceId(3)]]);
      assert.deepEqual(await graphs.clusterOf(CRM, deviceId(1)), []);
      assert.deepEqual(await graphs.clusterOf(CRM, deviceId(2)), [deviceId(2), deviceId(3)]);
      await graphs.replace(CRM, []);
      assert.deepEqual(await graphs.clusterOf(CRM, deviceId(2)), []);
    }));

  it("shows the old graph or the new one, never parts of both, while a large one is replaced", () =>
    withStore(async (store) => {
      const { graphs } = store;
      const numbers = Array.from({ length: 3_000 }, (_, place) => place + 1);
      const old = numbers.map((number) => [deviceId(number)]);
      const pairs = numbers
        .filter((number) => number % 2 === 0)
        .map((number) => [deviceId(number - 1), deviceId(number)]);
      await graphs.replace(CRM, old);
      let isDone = false;
      const replacing = graphs.replace(CRM, pairs).then(() => {
        isDone = true;
      });
      let before = 1;
      while (!isDone) {
        for (const device of [deviceId(1), deviceId(3_000)]) {
          const cluster = await graphs.clusterOf(CRM, device);
          assert.ok(cluster.length >= before, "a graph that was replaced does not come back");
          before = cluster.length;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await replacing;
      assert.equal((await graphs.clusterOf(CRM, deviceId(1))).length, 2);
    }));

  it("has one of the graphs when two are given at once", () =>
    withStore(async (store) => {
      const { graphs } = store;
      const numbers = Array.from({ length: 2_500 }, (_, place) => place + 1);
      await Promise.all([
        graphs.replace(CRM, [numbers.slice(0, 2).map(deviceId), numbers.slice(2).map(deviceId)]),
        graphs.replace(CRM, [numbers.slice(0, 3).map(deviceId), numbers.slice(3).map(deviceId)]),
      ]);
      const small = (await graphs.clusterOf(CRM, deviceId(1))).length;
      const large = (await graphs.clusterOf(CRM, deviceId(2_500))).length;
      assert.equal(small + large, 2_500);
      assert.ok(small === 2 || small === 3);
    }));

  it("refuses a device in two clusters", () =>
    withStore(async (store) => {
      const twice = [[deviceId(1), deviceId(2)], [deviceId(1)]];
      await assert.rejects(store.graphs.replace(CRM, twice), /Invariant broken/);
    }));
}
