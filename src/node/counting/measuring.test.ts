import assert from "node:assert/strict";
import { test } from "node:test";
import type { Workspace } from "@dunlin/contract/workspace";
import { readWorkspace } from "../../catalog/read-workspace.ts";
import { DAY_MS } from "../../model/time.ts";
import { MemoryVisitorStore } from "../../stores/memory/memory-visitor-store.ts";
import { Measuring } from "./measuring.ts";

const NOON = Date.UTC(2026, 0, 10, 12);
const MINUTE_MS = 60_000;

function workspaceOf(pids: readonly number[]): Workspace {
  const read = readWorkspace({
    partners: pids.map((pid) => ({
      ...{
        pid,
        alias: `p${pid}`,
        name: `P${pid}`,
        orgId: `${`${pid}`.padStart(24, "0")}@AdobeOrg`,
      },
    })),
  });
  assert.ok(read.ok);
  return read.value.workspace;
}

/** Counts that pause until they are let go, on a clock that the test moves. */
function measured(pids: readonly number[] = [7]) {
  const workspace = workspaceOf(pids);
  const paused: (() => void)[] = [];
  const began = Promise.withResolvers<void>();
  const world = { revision: 1, now: NOON, ticks: 0, counts: 0, goesOn: true, patienceMs: 60_000 };
  const stopped = new AbortController();
  const measuring = new Measuring({
    store: new MemoryVisitorStore(),
    courtesy: {
      begin: () => {
        world.counts++;
        return () => {};
      },
      pause: async () => {
        began.resolve();
        if (!world.goesOn) await new Promise<void>((resolve) => paused.push(resolve));
      },
    },
    signal: stopped.signal,
    get patienceMs() {
      return world.patienceMs;
    },
    readDefinitions: async () => ({ revision: world.revision, workspace }),
    ...{ now: () => world.now, ticks: () => world.ticks },
  });
  const letGo = (): void => {
    for (const resolve of paused.splice(0)) resolve();
  };
  return { measuring, world, letGo, began: began.promise, stopped };
}

test("numbers are kept for ten minutes, for the day and for the definitions with which they were counted", async () => {
  const { measuring, world } = measured();
  const read = async () => (await measuring.metricsOf(7)).metrics;
  assert.equal((await read())?.at, NOON);
  world.now += 9 * MINUTE_MS;
  assert.equal((await read())?.at, NOON);
  world.now += 2 * MINUTE_MS;
  assert.equal((await read())?.at, world.now);
  world.revision = 2;
  assert.equal((await read())?.revision, 2);
  world.now = NOON + DAY_MS / 2 - MINUTE_MS;
  await read();
  world.now += 2 * MINUTE_MS;
  assert.equal((await read())?.at, world.now);
  assert.equal(world.counts, 5);
});

test("who asks while they are counted waits a moment, is given what there is, and told when to come again", async () => {
  const { measuring, world, letGo, began } = measured();
  world.goesOn = false;
  world.patienceMs = 5;
  const first = measuring.metricsOf(7);
  await began;
  assert.deepEqual(await first, { metrics: null, retryAfter: 5 });
  assert.deepEqual(await measuring.metricsOf(7), { metrics: null, retryAfter: 5 });
  world.goesOn = true;
  world.patienceMs = 60_000;
  letGo();
  assert.equal((await measuring.metricsOf(7)).metrics?.at, NOON);
  assert.equal(world.counts, 1);
  world.goesOn = false;
  world.patienceMs = 5;
  world.revision = 2;
  const older = await measuring.metricsOf(7);
  assert.deepEqual([older.metrics?.revision, older.retryAfter], [1, 5]);
  world.goesOn = true;
  letGo();
});

test("counts of several partners are made one after the other", async () => {
  const { measuring, world, letGo, began } = measured([7, 8]);
  world.goesOn = false;
  world.patienceMs = 5;
  const asked = [measuring.metricsOf(7), measuring.metricsOf(8)];
  await began;
  await Promise.all(asked);
  assert.equal(world.counts, 1);
  world.goesOn = true;
  world.patienceMs = 60_000;
  letGo();
  assert.ok((await measuring.metricsOf(8)).metrics);
  assert.equal(world.counts, 2);
});

test("after a long count there is a rest, however often definitions change", async () => {
  const { measuring, world, letGo, began } = measured();
  world.goesOn = false;
  const first = measuring.metricsOf(7);
  await began;
  world.ticks = 3_000;
  world.goesOn = true;
  letGo();
  await first;
  await measuring.metricsOf(7);
  world.revision = 2;
  const rested = await measuring.metricsOf(7);
  assert.deepEqual([rested.metrics?.revision, rested.retryAfter], [1, 12]);
  world.ticks += 12_000;
  assert.equal((await measuring.metricsOf(7)).metrics?.revision, 2);
});

test("a partner that is not defined has none, and whoever waits while the node stops is told to come again", async () => {
  const { measuring, world, letGo, stopped, began } = measured();
  assert.equal((await measuring.metricsOf(9)).metrics, null);
  world.goesOn = false;
  const asked = measuring.metricsOf(7);
  await began;
  stopped.abort(new Error("The node stops."));
  letGo();
  assert.deepEqual(await asked, { metrics: null, retryAfter: 5 });
});
