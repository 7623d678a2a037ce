// What `plan` foretells is what `apply` does: on a hundred thousand visitors, whose segments the node's own answers
// to calls say, before and after. Beside it, sizes over the same visitors.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { Plan } from "../../src/admin/counting-desk.ts";
import { send } from "../support/http-call.ts";
import { ALPHA } from "../support/several-nodes.ts";
import { type RunningNode, startNode, TEST_TOKEN } from "../support/start-node.ts";
import { startCallers } from "../support/steady-callers.ts";
import { storeFolder } from "../support/store-folder.ts";
import {
  everyKind,
  NOW,
  type StoredVisitor,
  storeVisitors,
  type VisitorKind,
} from "../support/visitor-kinds.ts";

const VISITORS = 100_000;
const owner = { pid: 1957, dataSourceId: 1002 };

const trait = (sid: number, more: object = {}) => ({
  ...{ ...owner, sid, name: `Trait ${sid}`, traitRule: `t == "${sid}"` },
  ...more,
});
const segment = (sid: number, segmentRule: string, more: object = {}) => ({
  ...{ ...owner, sid, name: `Segment ${sid}`, segmentRule },
  ...more,
});

const OLD = {
  partners: [
    {
      ...{ pid: 1957, alias: "alpha", name: "Alpha", traitsInResponse: true },
      orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg",
    },
  ],
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
  ],
  folders: [{ folderId: 1, pid: 1957, name: "All", parentFolderId: 0, traitSid: 600 }],
  traits: [trait(5001, { folderId: 1 }), trait(5002, { folderId: 1 }), trait(5003)],
  mergeRules: [
    {
      mergeRuleId: 10,
      pid: 1957,
      name: "Device",
      crossDevice: "NONE",
      device: "DEVICE",
      default: true,
    },
    {
      ...{ mergeRuleId: 11, pid: 1957, name: "Known", crossDevice: "LAST", device: "DEVICE" },
      dataSourceIds: [1001],
    },
    {
      ...{ mergeRuleId: 12, pid: 1957, name: "Present", crossDevice: "CURRENT" },
      ...{ device: "NO_DEVICE", dataSourceIds: [1001] },
    },
  ],
  segments: [
    segment(9001, "5001T"),
    segment(9002, "frequency([5001T] <= 7D) >= 3"),
    segment(9003, "5001T AND NOT 5002T"),
    segment(9004, "5003T OR 5002T"),
    segment(9005, "5003T", { mergeRuleId: 12 }),
    segment(9006, "600T"),
    segment(9007, "5002T"),
    segment(9008, "5002T"),
    segment(9009, "5002T"),
  ],
};

/** A shorter life, another folder, other rules, another merge rule, a new segment, one paused, one deleted. */
const NEW = {
  ...OLD,
  traits: [trait(5001, { folderId: 1, ttl: 10 }), trait(5002), trait(5003)],
  segments: [
    segment(9001, "5001T"),
    segment(9002, "frequency([5001T] <= 7D) >= 2"),
    segment(9003, "5001T AND NOT 5002T"),
    segment(9004, "5003T OR 5002T", { mergeRuleId: 11 }),
    segment(9005, "5003T OR 5002T", { mergeRuleId: 12 }),
    segment(9006, "600T"),
    segment(9007, "5002T"),
    segment(9008, "5002T", { status: "INACTIVE" }),
    segment(9010, "5001T OR 5003T", { mergeRuleId: 11 }),
  ],
};

const kinds = everyKind();
let data: string;
let node: RunningNode;
let visitors: readonly StoredVisitor[];
before(async () => {
  data = storeFolder();
  visitors = await storeVisitors(data, kinds, VISITORS);
  node = await startNode({ data, workspace: OLD });
  const clock = await node.manage("PUT", "/v1/clock", { now: new Date(NOW).toISOString() });
  assert.equal(clock.status, 200);
});
after(async () => {
  await node[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

/** What the node answers to a call of a visitor that realizes nothing. */
async function segmentsOf({ device, person }: Pick<StoredVisitor, "device" | "person">) {
  const cid = person === null ? "" : `&d_cid=1001%01${person}%011`;
  const target = `/event?d_uuid=${device}&d_rtbd=json&d_cts=2${cid}`;
  const { text } = await node.collect(target, { host: ALPHA });
  const { segments = [] }: { segments?: number[] } = JSON.parse(text);
  return new Set(segments);
}

type Sids = ReadonlySet<number>;

/** By kind, the segments of its devices by themselves, and of its people by themselves. */
async function answersByKind(
  place: number,
): Promise<ReadonlyMap<VisitorKind, readonly [Sids, Sids]>> {
  const answers = new Map<VisitorKind, readonly [Sids, Sids]>();
  for (const kind of kinds) {
    // Not the same ones before and after: a call may change what is stored of a visitor.
    const one = visitors.filter((visitor) => visitor.kind === kind)[place];
    assert.ok(one);
    const ofDevice = await segmentsOf({ ...one, person: null });
    const present = one.person === null ? new Set<number>() : await segmentsOf(one);
    const ofPerson = new Set([...present].filter((sid) => sid === 9005));
    answers.set(kind, [ofDevice, ofPerson]);
  }
  return answers;
}

function countsOf(
  old: Awaited<ReturnType<typeof answersByKind>>,
  next: Awaited<ReturnType<typeof answersByKind>>,
  sid: number,
) {
  const count = { before: 0, after: 0, added: 0, removed: 0 };
  const side = sid === 9005 ? 1 : 0;
  for (const { kind } of visitors) {
    const was = old.get(kind)?.[side].has(sid) ?? false;
    const is = next.get(kind)?.[side].has(sid) ?? false;
    if (was) count.before++;
    if (is) count.after++;
    if (is && !was) count.added++;
    if (was && !is) count.removed++;
  }
  return count;
}

async function sizeOf(question: object): Promise<number> {
  const { status, text } = await node.manage("POST", "/v1/segments/size", question);
  assert.equal(status, 200, text);
  return JSON.parse(text).size;
}

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("a size comes with an estimate first and its progress, and is exact at the end", async () => {
  const answers = await answersByKind(0);
  const expected = countsOf(answers, answers, 9001).before;
  const { status, headers, text } = await send({
    ...{ to: node.manageUrl, target: "/v1/segments/size", method: "POST" },
    headers: {
      authorization: `Bearer ${TEST_TOKEN}`,
      "content-type": "application/json",
      accept: "application/x-ndjson",
    },
    body: JSON.stringify({ segmentRule: "5001T" }),
  });
  assert.equal(status, 200);
  assert.match(String(headers["content-type"]), /^application\/x-ndjson/);
  const lines = linesOf(text);
  const [first] = lines;
  assert.equal(first?.["kind"], "estimate");
  assert.equal(first?.["confidence"], 0.95);
  assert.match(String(first?.["basedOn"]), /^a sample of [0-9]+ of 100000 profiles$/);
  const last = lines.at(-1);
  assert.deepEqual([last?.["kind"], last?.["size"], last?.["of"]], ["size", expected, "devices"]);
  assert.ok(lines.slice(1, -1).every(({ kind }) => kind === "progress"));
  assert.equal(await sizeOf({ sid: 9001 }), expected);
});

test("sizes over declared IDs count people, and no device", async () => {
  const answers = await answersByKind(1);
  const expected = countsOf(answers, answers, 9005).before;
  assert.ok(expected > 1_000);
  assert.equal(await sizeOf({ sid: 9005 }), expected);
  assert.equal(await sizeOf({ segmentRule: "5003T", mergeRuleDataSourceId: 12 }), expected);
});

test("the builder's estimate takes each profile by itself, and at most four frequencies", async () => {
  const { text } = await node.manage("POST", "/v1/segments/estimate", { segmentRule: "5003T" });
  const { total, realTime, confidence, basedOn } = JSON.parse(text);
  const people = visitors.filter(({ kind }) => kind.person?.[5003] !== undefined).length;
  const exact = { estimate: people, low: people, high: people };
  assert.deepEqual([total, realTime.estimate, confidence], [exact, 0, 0.95]);
  assert.match(basedOn, /^all [0-9]+ profiles$/);
  const clause = "frequency([5001T]) >= 1";
  const four = Array(4).fill(clause).join(" AND ");
  const ask = (segmentRule: string) =>
    node.manage("POST", "/v1/segments/estimate", { segmentRule });
  assert.equal((await ask(four)).status, 200);
  assert.equal((await ask(`${four} AND ${clause}`)).status, 400);
});

test("calls are answered while visitors are counted", async () => {
  const callers = startCallers({
    ...{ count: 2, keepAlive: true },
    call: { to: node.collectUrl, target: "/event?d_rtbd=json&t=1", host: ALPHA },
  });
  await callers.more(10);
  const seen = callers.answers.length;
  for (let count = 0; count < 3; count++) await sizeOf({ segmentRule: "5001T OR 5002T" });
  await callers.more(10);
  await callers.stop();
  assert.ok(callers.answers.length > seen);
  assert.deepEqual(callers.lost, []);
  assert.ok(callers.answers.every(({ status }) => status === 200));
});

test("what is asked wrongly is refused before anything is counted", async () => {
  const ask = async (body: object) => {
    const { status, text } = await node.manage("POST", "/v1/segments/size", body);
    return [status, JSON.parse(text).errors?.[0]?.code];
  };
  assert.deepEqual(await ask({}), [400, "E_MISSING_KEY"]);
  assert.deepEqual(await ask({ sid: 9001, segmentRule: "5001T" }), [400, "E_VALUE"]);
  assert.deepEqual(await ask({ sid: 1 }), [404, undefined]);
  assert.deepEqual(await ask({ segmentRule: "1T" }), [400, "E_UNKNOWN_TRAIT"]);
  assert.deepEqual(await ask({ segmentRule: "NOT 5001T" }), [400, "E_MATCHES_EMPTY_PROFILE"]);
  const elsewhere = { segmentRule: "5001T", mergeRuleDataSourceId: 99 };
  assert.deepEqual(await ask(elsewhere), [400, "E_UNKNOWN_REFERENCE"]);
  const plan = await node.manage("POST", "/v1/workspace/plan", { ...OLD, traits: [{}] });
  assert.equal(plan.status, 400);
  assert.equal(JSON.parse(plan.text).errors[0].code, "E_MISSING_KEY");
});

test("what plan foretells for a hundred thousand visitors is what apply does", async () => {
  const callers = visitors.length;
  const old = await answersByKind(2);
  const planned = await node.manage("POST", "/v1/workspace/plan", NEW);
  assert.equal(planned.status, 200, planned.text);
  const plan: Plan = JSON.parse(planned.text);
  const applied = await node.manage("PUT", "/v1/workspace", NEW);
  assert.equal(applied.status, 200, applied.text);
  const next = await answersByKind(3);

  const bySid = new Map(plan.segments.map((one) => [one.sid, one]));
  for (const sid of [...OLD.segments, ...NEW.segments].map((one) => one.sid)) {
    const foretold = bySid.get(sid);
    const { before: was, after: is, added, removed } = countsOf(old, next, sid);
    if (foretold === undefined) {
      assert.deepEqual([added, removed], [0, 0], `segment ${sid} was said to stay`);
    } else {
      const { before: b, after: a, added: more, removed: less } = foretold;
      assert.deepEqual([b, a, more, less], [was, is, added, removed], `segment ${sid}`);
    }
  }
  const reasons = plan.segments.map(({ sid, because }) => [sid, because]);
  assert.deepEqual(
    reasons,
    [
      ...[9001, 9003, 9006].map((sid) => [sid, "what its rule speaks of"]),
      ...[9002, 9005].map((sid) => [sid, "its rule"]),
      [9004, "its merge rule"],
      ...[
        [9008, "paused"],
        [9010, "created"],
        [9009, "deleted"],
      ],
    ].sort(([a], [b]) => order(plan, a) - order(plan, b)),
  );
  assert.equal(plan.unchangedSegments, 1);
  assert.ok(plan.segments.reduce((sum, { added = 0 }) => sum + added, 0) > 5_000);
  assert.equal(callers, VISITORS);
  for (const sid of [9002, 9005]) {
    assert.equal(await sizeOf({ sid }), bySid.get(sid)?.after, `the size of ${sid} afterwards`);
  }
  const again = await node.manage("POST", "/v1/workspace/plan", NEW);
  const { changes, segments, objects } = JSON.parse(again.text);
  assert.deepEqual([changes, segments, objects], [{}, [], []]);
});

function order({ segments }: Plan, sid: unknown): number {
  return segments.findIndex((one) => one.sid === sid);
}
