// Callers who come too often, over a real node of two workers: turned away softly or by HTTP's own status,
// denied by themselves, and let in again.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const FIRST = "22920112968019678612904394744954398990";
const SECOND = "00000000000000000010000000000000000002";
const T0 = Date.UTC(2026, 0, 1, 12);
const CALLS = 30;

let node: RunningNode;
before(async () => {
  const args = ["--domain", "demdex.net"];
  node = await startNode({ workspace: PROTOCOL_WORKSPACE, workers: 2, args });
});
after(() => node[Symbol.asyncDispose]());
beforeEach(async () => {
  await manage("POST", "/v1/reset");
  await setClock(T0);
});

describe("a limit on calls", () => {
  test("lets exactly so many through, whichever worker they meet, and more with time", async () => {
    await settings({ rateLimit: limit({ perId: 10, windowSeconds: 10 }) });
    const softly = await all(CALLS, () => event(`d_uuid=${FIRST}&key1=val1`));
    assert.deepEqual(countsOf(softly), { "200 ": 10, "200 307": CALLS - 10 });
    const refused = softly.find(({ headers }) => headers["x-error"] === "307");
    assert.deepEqual(Object.keys(refused?.json() ?? {}).sort(), ["dcs_region", "errors", "tid"]);
    assert.equal(refused?.headers["set-cookie"], undefined);
    assert.deepEqual(countsOf(await all(3, () => event(`d_uuid=${SECOND}`))), { "200 ": 3 });

    await setClock(T0 + 3_000);
    assert.deepEqual(countsOf(await all(CALLS, () => event(`d_uuid=${FIRST}`))), {
      "200 ": 3,
      "200 307": CALLS - 3,
    });
    const visitor = await manage("GET", `/v1/partners/1957/visitors?uuid=${FIRST}`);
    // Only the calls that were let through with the signal are counted.
    assert.match(visitor.text, /"sid":5001,[^}]*"count":10/);
  });

  test("holds for a customer's ID on any device, and on each endpoint", async () => {
    await settings({ rateLimit: limit({ perId: 6, windowSeconds: 60 }) });
    const calls = [
      () => event("d_cid=1001%01jane&d_coppa=1"),
      () => collect("/id?d_cid=1001%01jane&d_coppa=1"),
      () => collect("/ibs:d_cid=1001%01jane"),
    ];
    const answers = [];
    for (let round = 0; round < 9; round++) answers.push(await calls[round % 3]?.());
    const codes = answers.map((answer) => answer?.headers["x-error"] ?? "");
    assert.deepEqual(codes, ["", "", "", "", "", "", "307", "307", "307"]);
  });

  test("of HTTP's kind says when to come again, and a page may read it", async () => {
    await settings({ rateLimit: limit({ perId: 1, windowSeconds: 60, mode: "http" }) });
    const headers = { Origin: "https://shop.example" };
    await event(`d_uuid=${FIRST}`);
    for (const target of [
      `/event?d_rtbd=json&d_uuid=${FIRST}`,
      `/id?d_uuid=${FIRST}`,
      `/ibs:d_cid=1001%01jane&d_uuid=${FIRST}`,
    ]) {
      const answer = await collect(target, headers);
      assert.equal(answer.status, 429, target);
      assert.equal(answer.headers["retry-after"], "60", target);
      assert.equal(answer.headers["access-control-allow-origin"], "https://shop.example");
      assert.equal(answer.headers["access-control-allow-credentials"], "true");
      assert.deepEqual([answer.text, answer.headers["set-cookie"]], ["", undefined], target);
      assert.equal(answer.headers["x-error"], undefined, target);
    }
    await setClock(T0 + 60_000);
    assert.equal((await event(`d_uuid=${FIRST}`)).status, 200);
  });

  test("for an address counts whoever comes from there", async () => {
    await settings({ rateLimit: limit({ perId: 1000, perAddress: 5, windowSeconds: 60 }) });
    assert.deepEqual(countsOf(await all(CALLS, () => event("key1=val1"))), {
      "200 ": 5,
      "200 307": CALLS - 5,
    });
  });
});

describe("who comes far too often", () => {
  beforeEach(() => settings({ autoDeny: { perId: 5, windowSeconds: 60, hours: 2 } }));

  test("is denied after the call that was too many, until the hours are over", async () => {
    const codes = [];
    for (let call = 0; call < 8; call++) codes.push(await codeOf(event(`d_uuid=${FIRST}`)));
    assert.deepEqual(codes, ["", "", "", "", "", "", "307", "307"]);
    const entries = await denyList();
    assert.deepEqual(
      entries.map(({ kind, id }) => [kind, id]),
      [["device", FIRST]],
    );

    await setClock(T0 + 2 * 3_600_000 - 1);
    assert.equal(await codeOf(event(`d_uuid=${FIRST}`)), "307");
    await setClock(T0 + 2 * 3_600_000);
    assert.equal(await codeOf(event(`d_uuid=${FIRST}`)), "");
  });

  test("is let in again by hand, on every worker", async () => {
    for (let call = 0; call < 7; call++) await event(`d_uuid=${FIRST}`);
    assert.equal(await codeOf(event(`d_uuid=${FIRST}`)), "307");
    await setClock(T0 + 61_000);
    await manage("DELETE", "/v1/denylist", { kind: "device", id: FIRST });
    const answers = await all(4, () => event(`d_uuid=${FIRST}`));
    assert.deepEqual(countsOf(answers), { "200 ": 4 });
  });

  test("by a customer's ID is denied by it, and the device is not", async () => {
    for (let call = 0; call < 6; call++) await event("d_coppa=1&d_cid=1001%01jane");
    assert.equal(await codeOf(event("d_coppa=1&d_cid=1001%01jane")), "303");
    assert.equal(await codeOf(event(`d_uuid=${SECOND}&d_cid=1001%01jane`)), "303,104");
  });
});

function limit(parts: {
  readonly perId: number;
  readonly windowSeconds: number;
  readonly perAddress?: number;
  readonly mode?: "soft" | "http";
}) {
  return { perAddress: null, mode: "soft", ...parts };
}

/** How many answers there were of each status and `X-Error`. */
function countsOf(answers: readonly HttpAnswer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, headers } of answers) {
    const kind = `${status} ${headers["x-error"] ?? ""}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function codeOf(answer: Promise<HttpAnswer>): Promise<string> {
  return String((await answer).headers["x-error"] ?? "");
}

function all(count: number, call: () => Promise<HttpAnswer>): Promise<HttpAnswer[]> {
  return Promise.all(Array.from({ length: count }, call));
}

function event(query: string): Promise<HttpAnswer> {
  return collect(`/event?d_rtbd=json&${query}`);
}

function collect(target: string, headers: Readonly<Record<string, string>> = {}) {
  return node.collect(target, { host: "alpha.demdex.net", headers });
}

async function settings(changes: object): Promise<void> {
  const settings = { ...PROTOCOL_WORKSPACE.settings, ...changes };
  await manage("PUT", "/v1/workspace", { ...PROTOCOL_WORKSPACE, settings });
}

async function denyList(): Promise<readonly { kind: string; id: string }[]> {
  // The documented form.
  return (await manage("GET", "/v1/denylist")).json() as { kind: string; id: string }[];
}

async function setClock(time: number): Promise<void> {
  await manage("PUT", "/v1/clock", { now: new Date(time).toISOString() });
}

async function manage(method: string, target: string, body?: unknown): Promise<HttpAnswer> {
  const answer = await node.manage(method, target, body);
  assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${target}: ${answer.text}`);
  return answer;
}
