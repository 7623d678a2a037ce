// Workers that die while calls come in: they are replaced, and nobody else notices.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";
import { startCallers } from "../support/steady-callers.ts";

const CALLERS = 8;

/** The process that serves at this place now, as the log has it. */
function workerPid(node: RunningNode, place: number): number {
  const lines = node.output().stderr.matchAll(/"worker":([0-9]+),"pid":([0-9]+).*A worker serves/g);
  const pids = [...lines].flatMap(([, at, pid]) => (Number(at) === place ? Number(pid) : []));
  return pids.at(-1) ?? 0;
}

async function untilReadyIs(node: RunningNode, status: number): Promise<void> {
  while ((await node.manage("GET", "/ready")).status !== status);
}

test("of two workers one is killed: it is replaced, and the other's calls go on", async () => {
  await using node = await startNode({ workers: 2, workspace: PROTOCOL_WORKSPACE });
  const call = { to: node.collectUrl, target: "/event?d_rtbd=json", host: "alpha.dcs.localhost" };
  const callers = startCallers({ count: CALLERS, keepAlive: true, call });
  await callers.more(10 * CALLERS);
  const killed = workerPid(node, 1);
  process.kill(killed, "SIGKILL");
  await untilReadyIs(node, 503);
  await untilReadyIs(node, 200);
  await callers.more(10 * CALLERS);
  await callers.stop();

  assert.notEqual(workerPid(node, 1), killed);
  assert.ok(callers.answers.every(({ status }) => status === 200));
  // Each connection to the one that was killed may have had a call under way, and loses no more than that.
  assert.ok(callers.lost.length <= CALLERS, `${callers.lost}`);
  const metrics = await node.manage("GET", "/metrics");
  assert.match(metrics.text, /^dunlin_workers_lost_total 1$/m);
  assert.match(metrics.text, /^dunlin_workers_serving 2$/m);
});

test("with a connection for each call, none hangs when a worker is killed", async () => {
  await using node = await startNode({ workers: 2, workspace: PROTOCOL_WORKSPACE });
  const call = { to: node.collectUrl, target: "/event?d_rtbd=json", host: "alpha.dcs.localhost" };
  const callers = startCallers({ count: CALLERS, keepAlive: false, call });
  for (const place of [0, 1]) {
    await callers.more(5 * CALLERS);
    process.kill(workerPid(node, place), "SIGKILL");
    await untilReadyIs(node, 503);
    await untilReadyIs(node, 200);
  }
  await callers.more(5 * CALLERS);
  // A call that hangs keeps `stop` from resolving.
  await callers.stop();
  assert.ok(callers.answers.every(({ status }) => status === 200));
});

test("the only worker is killed: its replacement has the port, the definitions and the time", async () => {
  await using node = await startNode({ workers: 1, workspace: PROTOCOL_WORKSPACE });
  const now = "2033-03-03T03:03:03.000Z";
  await node.manage("PUT", "/v1/clock", { now });
  await node.manage("PUT", "/v1/workspace", {
    ...PROTOCOL_WORKSPACE,
    partners: PROTOCOL_WORKSPACE.partners.map((partner) => ({ ...partner, name: "Renamed" })),
  });
  for (const _again of [1, 2]) {
    process.kill(workerPid(node, 0), "SIGKILL");
    await untilReadyIs(node, 503);
    await untilReadyIs(node, 200);
  }
  const uuid = "33333333333333333334444444444444444444";
  const answer = await node.collect(`/event?d_uuid=${uuid}`, { host: "alpha.dcs.localhost" });
  assert.match(String(answer.headers["dcs"]), / r2 /);
  const visitor = await node.manage("GET", `/v1/partners/1957/visitors?uuid=${uuid}`);
  assert.match(visitor.text, new RegExp(`"lastSeen":${Date.parse(now)}`));
});
