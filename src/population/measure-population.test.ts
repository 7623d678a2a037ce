// The numbers of traits against a ledger of all calls, and those of segments against sizes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld, callOf } from "../../test/support/event-world.ts";
import { seededRandom } from "../../test/support/random.ts";
import { populate, randomWorkspace } from "../../test/support/random-population.ts";
import { partition } from "../catalog/partner-definitions.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { handleEvent } from "../event/handle-event.ts";
import { asPartnerId, parseDeviceId } from "../model/ids.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import type { ScannedStore } from "../profiles/profile-scan.ts";
import { MemoryVisitorStore } from "../stores/memory/memory-visitor-store.ts";
import { METRIC_RANGES, measurePopulation } from "./measure-population.ts";
import { compileCounted, countPopulation, definitionsOfSegments } from "./population.ts";

function definitionsOf(document: unknown) {
  const read = readWorkspace(document);
  assert.ok(read.ok);
  const [definitions] = partition(read.value.workspace);
  assert.ok(definitions);
  return definitions;
}

function worldOf(store: ScannedStore, now: number) {
  const { signal } = new AbortController();
  return { store, now, signal, pause: async () => {}, onProgress: () => {} };
}

const owner = { pid: 1957, dataSourceId: 1002 };
const TTLS = [0, 5, 30, 120];

const DOCUMENT = {
  partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
  ],
  traits: TTLS.map((ttl, place) => ({
    ...owner,
    ...{ sid: place + 1, name: `Trait ${place + 1}`, traitRule: `t == "${place + 1}"`, ttl },
  })),
};

interface Realized {
  readonly who: string;
  readonly sid: number;
  readonly day: number;
}

test("uniques and counts are those of a ledger of all calls, of devices and of who is logged in", async () => {
  const random = seededRandom(11);
  const store = new MemoryVisitorStore();
  const world = buildWorld(DOCUMENT, { store });
  const start = world.nowMs;
  const ledger: Realized[] = [];
  for (let call = 0; call < 600; call++) {
    world.nowMs = start + Math.floor(call / 5) * DAY_MS + (call % 5) * 1_000;
    // Some devices log in with each call, the others never.
    const number = 1 + random.below(30);
    const person = number > 24 ? `person-${number}` : null;
    const device = `${number}`.padStart(38, "0");
    const traits = [...TTLS.keys()].filter(() => random.chance(0.3)).map((place) => place + 1);
    const query = [`d_uuid=${device}`, ...traits.map((sid) => `t=${sid}`)];
    if (person !== null) query.push(`d_cid=1001%01${person}%011`);
    const reply = await handleEvent(world, callOf(`/event?${query.join("&")}`));
    assert.deepEqual(reply.errors, []);
    const day = utcDay(world.nowMs);
    for (const sid of traits) ledger.push({ who: person ?? device, sid, day });
  }
  const today = utcDay(world.nowMs);
  const { traits, visited } = await measurePopulation(
    definitionsOf(DOCUMENT),
    worldOf(store, world.nowMs),
  );
  assert.ok(visited > 25);
  for (const [place, ttl] of TTLS.entries()) {
    const sid = place + 1;
    const metrics = traits.get(sid);
    for (const [range, days] of METRIC_RANGES.entries()) {
      const inRange = ledger.filter(
        (one) => one.sid === sid && one.day < today && one.day >= today - days,
      );
      const isKept = ttl === 0 || ttl >= days;
      const uniques = isKept ? new Set(inRange.map(({ who }) => who)).size : null;
      const what = `trait ${sid}, ${days} days`;
      assert.equal(metrics?.uniques[range], uniques, what);
      assert.equal(metrics?.counts[range], isKept ? inRange.length : null, what);
    }
  }
});

test("who has opted out is in no number of a trait, nor whose profile's life has ended", async () => {
  const store = new MemoryVisitorStore();
  const world = buildWorld(DOCUMENT, { store });
  const first = world.nowMs;
  const devices = [1, 2, 3].map((number) => `${number}`.padStart(38, "0"));
  for (const [place, device] of devices.entries()) {
    world.nowMs = first + (place === 0 ? 0 : 100 * DAY_MS);
    await handleEvent(world, callOf(`/event?d_uuid=${device}&t=1`));
  }
  const device = parseDeviceId(devices[2] ?? "");
  assert.ok(device);
  const optOut = { kind: "opt-out", pid: asPartnerId(1957), reason: "request", at: 1 } as const;
  const identities = [{ ...optOut, key: { kind: "device", device } as const }];
  await store.commitVisit({ profiles: [], guard: null, identities });
  const measured = await measurePopulation(
    definitionsOf(DOCUMENT),
    worldOf(store, first + 121 * DAY_MS),
  );
  const metrics = measured.traits.get(1);
  assert.deepEqual([measured.visited, metrics?.holders, metrics?.uniques[3]], [3, 1, 1]);
});

test("visitors of segments are those of sizes", async () => {
  for (const seed of [3, 4]) {
    const random = seededRandom(seed);
    const store = new MemoryVisitorStore();
    const document = randomWorkspace(random);
    const { now } = await populate(store, document, random);
    const definitions = definitionsOf(document);
    const world = worldOf(store, now);
    const measured = await measurePopulation(definitions, world);
    const after = compileCounted(definitionsOfSegments(definitions, () => true));
    const sizes = await countPopulation({ before: null, after }, world);
    for (const [sid, { after: size }] of sizes.segments) {
      assert.equal(measured.segments.get(sid), size, `segment ${sid}`);
    }
    assert.equal(measured.segments.size, definitions.segments.length);
    assert.deepEqual([measured.unreadable, measured.traits.get(20)], [0, null]);
  }
});
