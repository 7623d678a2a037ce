// Caps of destinations on real nodes: over workers, over nodes of one store, over a restart, over midnight.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESTINATIONS_WORKSPACE } from "../support/destinations-workspace.ts";
import { startRedisCluster } from "../support/redis-cluster.ts";
import { ALPHA, startSharingNode } from "../support/several-nodes.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const DEVICE = "22920112968019678612904394744954398990";
const NOON = Date.UTC(2026, 0, 1, 12);
const MIDNIGHT = Date.UTC(2026, 0, 2);

const WORKSPACE = {
  ...DESTINATIONS_WORKSPACE,
  destinations: DESTINATIONS_WORKSPACE.destinations.map((one) => ({ ...one, maxPerDay: 3 })),
};

async function setClock(node: RunningNode, now: number): Promise<void> {
  assert.equal((await node.manage("PUT", "/v1/clock", { now: new Date(now) })).status, 200);
}

/** How many of so many calls, one after the other and each on a connection of its own, told of the pixel. */
async function toldBy(nodes: readonly RunningNode[], calls: number): Promise<number> {
  let told = 0;
  for (let call = 0; call < calls; call++) {
    const node = nodes[call % nodes.length];
    const target = `/event?d_rtbd=json&d_dst=1&d_ptfm=browser&color=blue&d_uuid=${DEVICE}`;
    const answer = await node?.collect(target, { host: ALPHA });
    told += JSON.parse(answer?.text ?? "{}").dests?.length ?? 0;
  }
  return told;
}

test("a device is told three times a day by all workers together, and a restart forgets nothing", async () => {
  const options = { workspace: WORKSPACE, workers: 2 };
  await using first = await startNode(options);
  await setClock(first, NOON);
  assert.equal(await toldBy([first], 2), 2);
  assert.equal(await toldBy([first], 20), 1);
  const { text } = await first.manage("GET", "/metrics");
  // The pixel and the cookie, with 19 calls each.
  assert.match(text, /^dunlin_destinations_held_back_total 38$/m);
  await first.stop();

  await using again = await startNode({ ...options, data: first.data });
  await setClock(again, NOON);
  assert.equal(await toldBy([again], 5), 0);
  const visitor = await again.manage("GET", `/v1/partners/1957/visitors?uuid=${DEVICE}`);
  const told = { last: NOON, today: 3, heldBackUntil: MIDNIGHT };
  assert.deepEqual(JSON.parse(visitor.text).profiles[0].told, [
    { destinationId: 7001, ...told },
    { destinationId: 8001, ...told },
  ]);
  const why = await again.manage(
    "GET",
    `/v1/partners/1957/visitors/explain?uuid=${DEVICE}&segment=9001`,
  );
  assert.match(why.text, /Its caps hold destination 7001 back until 2026-01-02/);
  await setClock(again, MIDNIGHT);
  assert.equal(await toldBy([again], 5), 3);
});

test("nodes of one store tell a device as often as one node would", async () => {
  const cluster = await startRedisCluster();
  try {
    const workspace = WORKSPACE;
    await using a = await startSharingNode(cluster.url, { workers: 2, workspace });
    await using b = await startSharingNode(cluster.url, { workers: 2 });
    await setClock(a, NOON);
    assert.equal(await toldBy([b], 1), 1);
    assert.equal(await toldBy([a, b], 20), 2);
    await setClock(b, MIDNIGHT);
    assert.equal(await toldBy([a, b], 20), 3);
  } finally {
    await cluster.stop();
  }
});
