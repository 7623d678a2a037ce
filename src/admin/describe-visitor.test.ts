import assert from "node:assert/strict";
import { test } from "node:test";
import { snapshotOf } from "../../test/support/event-world.ts";
import {
  asDataSourceId,
  asDestinationId,
  asPartnerId,
  asSegmentId,
  asTraitId,
  parseDeviceId,
} from "../model/ids.ts";
import type { ProfileDelta } from "../model/profile.ts";
import { DAY_MS } from "../model/time.ts";
import type { ProfileKey } from "../profiles/store.ts";
import { MemoryVisitorStore } from "../stores/memory/memory-visitor-store.ts";
import {
  type DescribedVisitor,
  describeVisitor,
  type VisitorQuestion,
} from "./describe-visitor.ts";

const UUID = "22920112968019678612904394744954398990";
const NOW = Date.UTC(2026, 0, 1, 12);
const owner = { pid: 1957, dataSourceId: 1002 };

const catalog = snapshotOf({
  partners: [
    { pid: 1957, alias: "alpha", name: "Alpha", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" },
  ],
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE", retentionMonths: 12 },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
  ],
  traits: [
    { ...owner, sid: 5001, name: "Blue", traitRule: 'color == "blue"', ttl: 10 },
    { ...owner, sid: 5002, name: "Ever", traitRule: 'color == "red"', ttl: 0 },
  ],
  segments: [{ ...owner, sid: 9001, name: "Blues", segmentRule: "5001T" }],
  destinations: [
    {
      ...{ destinationId: 7001, pid: 1957, name: "Twice a day", destinationType: "PUSH" },
      maxPerDay: 2,
    },
    { destinationId: 7002, pid: 1957, name: "Without caps now", destinationType: "PUSH" },
  ],
});

const device = parseDeviceId(UUID);
assert.ok(device !== null);
const DEVICE_KEY: ProfileKey = { kind: "device", pid: asPartnerId(1957), device };

function delta(changes: Partial<ProfileDelta> = {}): ProfileDelta {
  const realized = [
    { sid: asTraitId(5001), ttlDays: 10 },
    { sid: asTraitId(5002), ttlDays: 0 },
    { sid: asTraitId(6666), ttlDays: 0 },
  ];
  return { at: NOW, realized, gained: [], lost: [], foldBeforeDay: 0, ...changes };
}

async function ask(
  question: Omit<VisitorQuestion, "pid">,
  { key = DEVICE_KEY, changes = [delta()], now = NOW } = {},
): Promise<DescribedVisitor> {
  const store = new MemoryVisitorStore();
  for (const change of changes) await store.commit([{ key, delta: change }]);
  const described = await describeVisitor({ catalog, store, now }, { pid: "1957", ...question });
  assert.ok(described.ok, JSON.stringify(described));
  return described.value;
}

test("a device has its traits with first, last and count, and the segments it is in", async () => {
  const later = NOW + DAY_MS;
  const changes = [delta({ gained: [asSegmentId(9001)] }), delta({ at: later })];
  const visitor = await ask({ uuid: UUID }, { changes, now: later });
  assert.deepEqual(visitor, {
    pid: 1957,
    uuid: UUID,
    mid: visitor.mid,
    links: [],
    profiles: [
      {
        profile: `dev:${UUID}`,
        lastSeen: later,
        traits: [
          { sid: 5001, first: NOW, last: later, count: 2 },
          { sid: 5002, first: NOW, last: later, count: 2 },
        ],
        segments: [{ sid: 9001, since: NOW }],
      },
    ],
    optOuts: [],
  });
});

test("a device says when and how often today it was told of destinations with caps", async () => {
  const told = [7001, 7002].map((id) => ({ destinationId: asDestinationId(id), forSeconds: 0 }));
  const changes = [delta({ told }), delta({ at: NOW + 1, told })];
  const { profiles } = await ask({ uuid: UUID }, { changes, now: NOW + 1 });
  assert.deepEqual(profiles[0]?.told, [
    { destinationId: 7001, last: NOW + 1, today: 2, heldBackUntil: NOW + DAY_MS / 2 },
  ]);
  const tomorrow = await ask({ uuid: UUID }, { changes, now: NOW + DAY_MS / 2 });
  assert.equal("told" in (tomorrow.profiles[0] ?? {}), false);
});

test("asked by its MID, a device is the same visitor", async () => {
  const byDevice = await ask({ uuid: UUID });
  assert.ok(byDevice.mid !== null && byDevice.mid !== UUID);
  assert.deepEqual(await ask({ mid: byDevice.mid }), byDevice);
});

test("a trait whose TTL has run out is not shown, nor one that was deleted", async () => {
  const visitor = await ask({ uuid: UUID }, { now: NOW + 11 * DAY_MS });
  const sids = visitor.profiles.flatMap(({ traits }) => traits.map(({ sid }) => sid));
  assert.deepEqual(sids, [5002]);
});

test("a device's profile lives for 120 days", async () => {
  assert.equal((await ask({ uuid: UUID }, { now: NOW + 120 * DAY_MS })).profiles.length, 1);
  assert.deepEqual((await ask({ uuid: UUID }, { now: NOW + 121 * DAY_MS })).profiles, []);
});

test("a declared ID has its profile, which lives as long as its data source says", async () => {
  const key: ProfileKey = { kind: "declared", dataSourceId: asDataSourceId(1001), id: "user-1" };
  const question = { dataSourceId: "1001", id: "user-1" };
  const visitor = await ask(question, { key, now: NOW + 300 * DAY_MS });
  assert.equal(visitor.uuid, null);
  assert.equal(visitor.mid, null);
  assert.deepEqual(
    visitor.profiles.map(({ profile }) => profile),
    ["auth:1001:user-1"],
  );
  assert.deepEqual((await ask(question, { key, now: NOW + 400 * DAY_MS })).profiles, []);
});

test("a visitor never seen has empty lists", async () => {
  const visitor = await ask({ uuid: UUID }, { changes: [] });
  assert.deepEqual([visitor.links, visitor.profiles, visitor.optOuts], [[], [], []]);
});

const BAD: readonly [what: string, question: VisitorQuestion, at: string | null][] = [
  ["an unknown partner", { pid: "1", uuid: UUID }, null],
  ["a partner that is no number", { pid: "alpha", uuid: UUID }, null],
  ["nobody at all", { pid: "1957" }, ""],
  ["two ways at once", { pid: "1957", uuid: UUID, mid: UUID }, ""],
  ["a UUID cut short", { pid: "1957", uuid: UUID.slice(1) }, "/uuid"],
  ["a UUID whose halves are too large", { pid: "1957", uuid: "9".repeat(38) }, "/uuid"],
  ["a MID with letters", { pid: "1957", mid: `${UUID.slice(1)}x` }, "/mid"],
  ["an ID without its data source", { pid: "1957", id: "user-1" }, "/dataSourceId"],
  ["a data source without an ID", { pid: "1957", dataSourceId: "1001" }, "/id"],
  ["an unknown data source", { pid: "1957", dataSourceId: "77", id: "x" }, "/dataSourceId"],
];

for (const [what, question, at] of BAD) {
  test(`${what} is refused`, async () => {
    const world = { catalog, store: new MemoryVisitorStore(), now: NOW };
    const described = await describeVisitor(world, question);
    assert.ok(!described.ok);
    const { error } = described;
    assert.equal(error.kind === "bad-question" ? error.at : null, at);
  });
}
