import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld, callOf, type TestWorld } from "../../test/support/event-world.ts";
import { handleEvent } from "../event/handle-event.ts";
import { handleOptOut } from "../event/opt-out/handle-opt-out.ts";
import { DAY_MS } from "../model/time.ts";
import { type Explained, type ExplainQuestion, explainVisitor } from "./explain-visitor.ts";

const UUID = "22920112968019678612904394744954398990";
const OTHER = "22920112968019678612904394744954398991";
const START = Date.UTC(2026, 0, 1, 12);
const owner = { pid: 1957, dataSourceId: 1002 };

const WORKSPACE = {
  partners: [
    {
      pid: 1957,
      alias: "alpha",
      name: "Alpha",
      orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg",
      traitsInResponse: true,
    },
  ],
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
  ],
  traits: [
    { ...owner, sid: 5001, name: "Blue", traitRule: 'color == "blue"', ttl: 10 },
    { ...owner, sid: 5002, name: "Red", traitRule: 'color == "red"', ttl: 10 },
  ],
  mergeRules: [
    {
      ...{ mergeRuleId: 10, pid: 1957, name: "Device", crossDevice: "NONE", device: "DEVICE" },
      default: true,
    },
    {
      ...{ mergeRuleId: 11, pid: 1957, name: "Who is here", crossDevice: "CURRENT" },
      ...{ device: "NO_DEVICE", dataSourceIds: [1001] },
    },
  ],
  segments: [
    { ...owner, sid: 9001, name: "Blues", segmentRule: "5001T" },
    { ...owner, sid: 9002, name: "Often", segmentRule: "frequency([5001T] <= 7D) >= 3" },
    { ...owner, sid: 9003, name: "Known blues", segmentRule: "5001T", mergeRuleId: 11 },
    { ...owner, sid: 9004, name: "Paused", segmentRule: "5001T", status: "INACTIVE" },
  ],
};

async function call(world: TestWorld, query: string): Promise<number[]> {
  const target = `/event?d_uuid=${UUID}&d_rtbd=json&d_cts=2&${query}`;
  const reply = await handleEvent(world, callOf(target));
  const { segments }: { segments: number[] } = JSON.parse(reply.body);
  return segments;
}

async function explain(
  world: TestWorld,
  question: Omit<ExplainQuestion, "pid">,
): Promise<Explained> {
  const inWorld = { catalog: world.catalog(), store: world.store, now: world.nowMs };
  const answer = await explainVisitor(inWorld, { pid: "1957", ...question });
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
}

test("a member is explained by what was realized, when, in which profile, and when it ends", async () => {
  const world = buildWorld(WORKSPACE);
  assert.deepEqual(await call(world, "color=blue"), [9001]);
  const { member, at, proof } = await explain(world, { uuid: UUID, segment: "9001" });
  assert.equal(member, true);
  assert.equal(at, START);
  assert.ok(proof.kind === "evaluated");
  assert.equal(proof.changesAt, Date.UTC(2026, 0, 12));
  assert.deepEqual(proof.mergeRule, {
    ...{ mergeRuleId: 10, name: "Device", crossDevice: "NONE", device: "DEVICE" },
  });
  assert.deepEqual(proof.profiles, [
    {
      profile: `dev:${UUID}`,
      lastSeen: START,
      expiresAt: Date.UTC(2026, 0, 1) + 121 * DAY_MS,
      memberSince: START,
    },
  ]);
  assert.deepEqual(proof.evidence[0]?.profiles, [
    {
      profile: `dev:${UUID}`,
      first: START,
      last: START,
      count: 1,
      days: [{ day: "2026-01-01", count: 1 }],
      expiresAt: Date.UTC(2026, 0, 12),
    },
  ]);
  assert.deepEqual(proof.summary, [
    "The rule holds. This may change by itself on 2026-01-12.",
    "Held: trait 5001.",
    `Trait 5001 was realized once, last at 2026-01-01 12:00 UTC, in dev:${UUID}, until 2026-01-12.`,
  ]);
});

test("who is not in it is told the nearest miss", async () => {
  const world = buildWorld(WORKSPACE);
  await call(world, "color=blue");
  const { member, proof } = await explain(world, { uuid: UUID, segment: "9002" });
  assert.equal(member, false);
  assert.ok(proof.kind === "evaluated");
  assert.deepEqual(proof.needs, [
    { kind: "realize", times: 2, traits: [5001], before: Date.UTC(2026, 0, 9) },
  ]);
  assert.equal(
    proof.summary[0],
    "The rule does not hold: it needs 2 more realizations of trait 5001 before 2026-01-09.",
  );
  await call(world, "color=blue");
  assert.deepEqual(await call(world, "color=blue"), [9001, 9002]);
  assert.equal((await explain(world, { uuid: UUID, segment: "9002" })).member, true);
});

test("the merge rule decides what counts: a device's traits are not those of whoever logs in", async () => {
  const world = buildWorld(WORKSPACE);
  await call(world, "color=blue");
  await call(world, "d_cid=1001%01user-1%011&color=red");
  const anonymous = await explain(world, { uuid: UUID, segment: "9003" });
  assert.equal(anonymous.proof.kind, "not-read");
  const known = { dataSourceId: "1001", id: "user-1" };
  const before = await explain(world, { ...known, segment: "9003" });
  assert.equal(before.member, false);
  assert.deepEqual(await call(world, "d_cid=1001%01user-1%011&color=blue"), [9001, 9003]);
  const { member, proof } = await explain(world, { ...known, segment: "9003" });
  assert.equal(member, true);
  assert.ok(proof.kind === "evaluated");
  assert.deepEqual(
    proof.profiles.map(({ profile }) => profile),
    ["auth:1001:user-1"],
  );
});

test("a time in the past or to come is answered for that time", async () => {
  const world = buildWorld(WORKSPACE);
  for (let day = 0; day < 3; day++) {
    world.nowMs = START + day * DAY_MS;
    await call(world, "color=blue");
  }
  const memberAt = async (at: number) => {
    const { member } = await explain(world, { uuid: UUID, segment: "9002", at: String(at) });
    return member;
  };
  assert.equal(await memberAt(START - DAY_MS), false);
  assert.equal(await memberAt(START + DAY_MS), false);
  assert.equal(await memberAt(START + 2 * DAY_MS), true);
  assert.equal(await memberAt(Date.UTC(2026, 0, 9) - 1), true);
  assert.equal(await memberAt(Date.UTC(2026, 0, 9)), false);
});

test("a trait is explained alone", async () => {
  const world = buildWorld(WORKSPACE);
  await call(world, "color=blue");
  assert.equal((await explain(world, { uuid: UUID, trait: "5001" })).member, true);
  const never = await explain(world, { uuid: UUID, trait: "5002" });
  assert.equal(never.member, false);
  assert.deepEqual(never.proof.summary, ["Trait 5002 was never realized."]);
  world.nowMs += 20 * DAY_MS;
  const over = await explain(world, { uuid: UUID, trait: "5001" });
  assert.equal(over.member, false);
  assert.match(over.proof.summary[0] ?? "", /It counts no more/);
});

test("who has opted out is in nothing, a paused segment says so, and an unknown visitor has nothing", async () => {
  const world = buildWorld(WORKSPACE);
  assert.equal((await explain(world, { uuid: UUID, segment: "9004" })).proof.kind, "paused");
  assert.equal((await explain(world, { uuid: UUID, segment: "9001" })).member, false);
  const nobody = { dataSourceId: "1001", id: "nobody" };
  assert.equal((await explain(world, { ...nobody, segment: "9003" })).member, false);
  await call(world, "color=blue");
  const target = `/demoptout?d_uuid=${UUID}`;
  await handleOptOut(world, callOf(target), "opt-out");
  const { member, proof } = await explain(world, { uuid: UUID, segment: "9001" });
  assert.equal(member, false);
  assert.equal(proof.kind, "opted-out");
});

test("somebody else who used the device and opted out changes nothing for the device, as with calls", async () => {
  const world = buildWorld(WORKSPACE);
  await call(world, "color=blue&d_cid=1001%01ann%011");
  // Whoever opts out by a declared ID takes the device along that it was last on: another one.
  const other = `/event?d_uuid=${OTHER}&d_cid=1001%01ann%011`;
  await handleEvent(world, callOf(other));
  await handleOptOut(world, callOf("/demoptout?d_cid=1001%01ann"), "opt-out");
  const segments = await call(world, "");
  const explained = await explain(world, { uuid: UUID, segment: "9001" });
  assert.deepEqual(
    [explained.member, explained.proof.kind],
    [segments.includes(9001), "evaluated"],
  );
  const ann = await explain(world, { dataSourceId: "1001", id: "ann", segment: "9001" });
  assert.deepEqual([ann.member, ann.proof.kind], [false, "opted-out"]);
});

test("questions that are none are refused by place", async () => {
  const world = buildWorld(WORKSPACE);
  const inWorld = { catalog: world.catalog(), store: world.store, now: world.nowMs };
  const faultOf = async (question: Omit<ExplainQuestion, "pid">, pid = "1957") => {
    const answer = await explainVisitor(inWorld, { pid, ...question });
    assert.ok(!answer.ok);
    return answer.error.kind === "unknown-partner" ? answer.error.kind : answer.error.at;
  };
  assert.equal(await faultOf({ uuid: UUID, segment: "9001" }, "7"), "unknown-partner");
  assert.equal(await faultOf({ uuid: UUID }), "");
  assert.equal(await faultOf({ uuid: UUID, segment: "1", trait: "2" }), "");
  assert.equal(await faultOf({ uuid: UUID, segment: "x" }), "/segment");
  assert.equal(await faultOf({ uuid: UUID, segment: "77" }), "/segment");
  assert.equal(await faultOf({ uuid: UUID, trait: "77" }), "/trait");
  assert.equal(await faultOf({ uuid: "1", segment: "9001" }), "/uuid");
  assert.equal(await faultOf({ uuid: UUID, segment: "9001", at: "yesterday" }), "/at");
});
