// Numbers of traits and segments over the management API of a real node: what calls of some days make of them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { call, type RunningNode, startNode } from "../support/start-node.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 0, 10, 12);
const owner = { pid: 1957, dataSourceId: 1002 };

let node: RunningNode;
before(async () => {
  node = await startNode({
    workers: 2,
    workspace: {
      partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
      dataSources: [
        { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
        { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
      ],
      traits: [
        { ...owner, sid: 1, name: "View", traitRule: "c_event == view" },
        { ...owner, sid: 2, name: "Basket", traitRule: "c_event == basket", ttl: 7 },
        { ...owner, sid: 3, name: "Listed", traitType: "ON_BOARDED_TRAIT", traitRule: "l == 1" },
        { ...owner, sid: 4, name: "Never", traitRule: "c_event == never" },
        { ...owner, sid: 5, name: "Seen", traitType: "ACTIVE_AUDIENCE_TRAIT" },
      ],
      segments: [
        { ...owner, sid: 11, name: "Viewers", segmentRule: "1T AND NOT 2T" },
        { ...owner, sid: 12, name: "Paused", segmentRule: "2T", status: "INACTIVE" },
      ],
    },
    args: ["--domain", "demdex.net"],
  });
  await day(-9);
  await visit(1, "c_event=view");
  await day(-1);
  await visit(1, "c_event=view");
  await visit(1, "c_event=view");
  await visit(2, "c_event=basket&d_sid=3");
  await visit(3, "c_event=view&d_cid=1001%01anna%011");
  await day(0);
  await visit(4, "c_event=basket");
});
after(() => node[Symbol.asyncDispose]());

const day = (days: number) => manage("PUT", "/v1/clock", { now: new Date(dayAt(days)) });
const dayAt = (days: number) => NOON + days * DAY_MS;

async function manage(method: string, target: string, body?: unknown, status = 200) {
  const answer = await node.manage(method, target, body);
  assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
  // Answers of the API are JSON, or empty.
  return answer.text === "" ? null : JSON.parse(answer.text);
}

async function visit(device: number, query: string): Promise<void> {
  const uuid = `${device}`.padStart(38, "0");
  const answer = await node.collect(`/event?d_uuid=${uuid}&d_rtbd=json&${query}`, {
    headers: { Host: "alpha.demdex.net" },
  });
  assert.equal(answer.status, 200);
}

/** The numbers of an object in the order of the ranges, the lifetime last. */
function numbers(shown: Record<string, unknown>, name: string): readonly unknown[] {
  const ranges = ["1Day", "7Day", "14Day", "30Day", "60Day", "90Day", "Lifetime"];
  return ranges.map((range) => shown[`${name}${range}`]);
}

describe("with includeMetrics", () => {
  test("a trait tells how many realized it, and how often, before today; and who holds it now", async () => {
    const view = await manage("GET", "/v1/traits/1?includeMetrics=true");
    assert.deepEqual(numbers(view, "uniques"), [2, 2, 2, 2, 2, 2, 2]);
    assert.deepEqual(numbers(view, "count"), [3, 3, 4, 4, 4, 4, 4]);
    const listed = await manage("GET", "/v1/traits/3?includeMetrics");
    assert.deepEqual(numbers(listed, "uniques"), [1, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual(numbers(listed, "count"), [0, 0, 0, 0, 0, 0, 0]);
  });

  test("what the life of a trait does not let profiles keep is null, and so is what no profile holds", async () => {
    const basket = await manage("GET", "/v1/traits/2?includeMetrics=true");
    assert.deepEqual(numbers(basket, "uniques"), [1, 1, null, null, null, null, 2]);
    assert.deepEqual(numbers(basket, "count"), [1, 1, null, null, null, null, 2]);
    const computed = await manage("GET", "/v1/traits/5?includeMetrics=true");
    assert.deepEqual(numbers(computed, "uniques"), Array(7).fill(null));
  });

  test("a segment tells who is in it now, paused or not", async () => {
    const viewers = await manage("GET", "/v1/segments/11?includeMetrics=true");
    const size = await manage("POST", "/v1/segments/size", { sid: 11 });
    assert.equal(size.size, 1);
    assert.deepEqual(numbers(viewers, "totalUniques"), [1, null, null, null, null, null, 1]);
    assert.deepEqual(numbers(viewers, "instantUniques"), Array(7).fill(null));
    const paused = await manage("GET", "/v1/segments/12?includeMetrics=true");
    assert.equal(paused.totalUniques1Day, 2);
  });

  test("lists are ordered by numbers, and without the option there are none", async () => {
    const sorted = await manage(
      "GET",
      "/v1/traits/?includeMetrics=true&sortBy=countLifetime&descending=true",
    );
    assert.deepEqual(
      sorted.map(({ sid, countLifetime }: Record<string, unknown>) => [sid, countLifetime]),
      [
        [1, 4],
        [2, 2],
        [3, 0],
        [4, 0],
        [5, null],
      ],
    );
    assert.ok(!("uniques1Day" in (await manage("GET", "/v1/traits/1"))));
    assert.ok(!("totalUniques1Day" in (await manage("GET", "/v1/segments/"))[0]));
  });

  test("an answer says when it was counted and with what; new definitions and a new day are counted anew", async () => {
    const read = () => node.manage("GET", "/v1/traits/1?includeMetrics=true");
    const first = await read();
    assert.equal(first.headers["dunlin-metrics-at"], String(dayAt(0)));
    assert.equal(first.headers["dunlin-metrics-revision"], first.headers["dunlin-revision"]);
    assert.equal(first.headers["retry-after"], undefined);
    const added = { name: "Added", dataSourceId: 1002, traitRule: "a == 1" };
    const { sid } = await manage("POST", "/v1/traits/", added, 201);
    const created = await manage("GET", `/v1/traits/${sid}?includeMetrics=true`);
    assert.deepEqual(numbers(created, "uniques"), [0, 0, 0, 0, 0, 0, 0]);
    // Whoever has the object has not its numbers.
    const [path, etag] = [
      "/v1/traits/1",
      String((await node.manage("GET", "/v1/traits/1")).headers["etag"]),
    ];
    const headers = { Authorization: `Bearer ${node.token}`, "If-None-Match": etag };
    assert.equal((await call(node.manageUrl, path, { headers })).status, 304);
    const asked = await call(node.manageUrl, `${path}?includeMetrics=true`, { headers });
    assert.equal(asked.status, 200);
    // Whoever sends back what they read changes nothing by it.
    await manage("PUT", `/v1/traits/${sid}`, created);
    await day(1);
    const next = await read();
    assert.deepEqual(numbers(JSON.parse(next.text), "uniques"), [0, 2, 2, 2, 2, 2, 2]);
    assert.equal(next.headers["dunlin-metrics-at"], String(dayAt(1)));
  });
});
