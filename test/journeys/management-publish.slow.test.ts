// Publishing while two workers serve under load: no call fails, and when the publication is answered every
// worker serves what was published.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";
import { startCallers } from "../support/steady-callers.ts";

const HOST = "alpha.dcs.localhost";
const WORKERS = ["dunlin-6-0", "dunlin-6-1"];

/** The workspace with so many traits, all of which "n == <turn>" realizes. */
function workspaceOf(turn: number, traitCount: number): object {
  const traits = Array.from({ length: traitCount }, (_, index) => ({
    ...{ pid: 1957, dataSourceId: 1002, name: `Trait ${index}`, sid: 100_000 + index },
    traitRule: `n == "${turn}" AND x${index} != "${turn}"`,
  }));
  return { ...PROTOCOL_WORKSPACE, traits, segments: [], destinations: [], idSyncs: [] };
}

/** Calls on connections of their own until each worker has answered some; gives each answer's revision. */
async function revisionsOfEveryWorker(node: RunningNode): Promise<Set<string>> {
  const revisions = new Set<string>();
  const seen = new Set<string>();
  while (seen.size < WORKERS.length) {
    const { headers } = await node.collect("/event?d_rtbd=json&c_n=1", { host: HOST });
    const [, worker = "", revision = ""] = /^(\S+) r([0-9]+) /.exec(String(headers["dcs"])) ?? [];
    seen.add(worker);
    revisions.add(revision);
  }
  assert.deepEqual([...seen].sort(), WORKERS);
  return revisions;
}

for (const keepAlive of [true, false]) {
  const kind = keepAlive ? "kept connections" : "a connection for each call";
  test(`with ${kind}, publications disturb no call, and hold when they are answered`, async () => {
    await using node = await startNode({ workers: 2, workspace: workspaceOf(1, 10) });
    const call = { to: node.collectUrl, target: "/event?d_rtbd=json&c_n=2", host: HOST };
    const callers = startCallers({ count: 8, keepAlive, call });
    for (const revision of [2, 3, 4, 5, 6]) {
      const published = await node.manage("PUT", "/v1/workspace", workspaceOf(revision, 2_000));
      assert.equal(published.status, 200, published.text);
      assert.equal(JSON.parse(published.text).revision, revision);
      assert.deepEqual([...(await revisionsOfEveryWorker(node))], [String(revision)]);
      await callers.more(20);
    }
    await callers.stop();
    assert.deepEqual(callers.lost, []);
    assert.ok(callers.answers.every(({ status }) => status === 200));
  });
}

test("a bad workspace, or an equal one, changes nothing", async () => {
  await using node = await startNode({ workers: 2, workspace: workspaceOf(1, 10) });
  const before = (await node.manage("GET", "/v1/workspace")).text;
  const bad = await node.manage("PUT", "/v1/workspace", { ...workspaceOf(2, 10), segments: 1 });
  assert.equal(bad.status, 400);
  const equal = await node.manage("PUT", "/v1/workspace", before);
  assert.deepEqual(equal.json(), { revision: 1, changes: {}, warnings: [] });
  assert.deepEqual([...(await revisionsOfEveryWorker(node))], ["1"]);
  assert.equal((await node.manage("GET", "/v1/workspace")).text, before);
});

test("publications at once take their turn, each with a revision of its own", async () => {
  await using node = await startNode({ workers: 2 });
  const turns = [1, 2, 3, 4, 5, 6];
  const answers = await Promise.all(
    turns.map((turn) => node.manage("PUT", "/v1/workspace", workspaceOf(turn, 50))),
  );
  const revisions = answers.map(({ text }) => JSON.parse(text).revision);
  assert.deepEqual(revisions.toSorted(), turns);
  assert.deepEqual([...(await revisionsOfEveryWorker(node))], ["6"]);
});

test("the system clock can be neither set nor reset", async () => {
  await using node = await startNode({ clock: "system" });
  const set = await node.manage("PUT", "/v1/clock", { now: "2026-01-01T00:00:00Z" });
  assert.equal(set.status, 409);
  assert.match(set.text, /--clock manual/);
  assert.equal((await node.manage("PUT", "/v1/clock", "{")).status, 400);
  assert.equal((await node.manage("POST", "/v1/reset")).status, 409);
});
