// Several nodes on one cluster of three primaries and three replicas: what is published on any of them is served by
// all of them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.ts";
import {
  publish,
  revisionsServed,
  startSharingNode,
  workspaceNamed,
} from "../support/several-nodes.ts";
import type { RunningNode } from "../support/start-node.ts";

const WORKERS = 2;

let cluster: RedisCluster;
before(async () => {
  cluster = await startRedisCluster();
});
after(() => cluster.stop());

test("what is published on one node is served by every worker of every node when the call returns", async () => {
  await cluster.empty();
  const workspace = PROTOCOL_WORKSPACE;
  await using a = await startSharingNode(cluster.url, { workers: WORKERS, workspace });
  await using b = await startSharingNode(cluster.url, { workers: WORKERS });
  await using c = await startSharingNode(cluster.url, { workers: 1 });
  const nodes = [a, b, c];
  for (let revision = 2; revision <= 7; revision++) {
    const publisher = nodes[revision % nodes.length] ?? a;
    assert.equal(await publish(publisher, workspaceNamed(`No. ${revision}`)), revision);
    const served = await Promise.all([
      revisionsServed(a, WORKERS),
      revisionsServed(b, WORKERS),
      revisionsServed(c, 1),
    ]);
    assert.deepEqual(served.flat(), Array(nodes.length).fill(String(revision)));
  }
  const documents = await Promise.all(nodes.map((node) => node.manage("GET", "/v1/workspace")));
  assert.equal(new Set(documents.map(({ text }) => text)).size, 1);

  const faulty = await b.manage("PUT", "/v1/workspace", { segments: 1 });
  assert.equal(faulty.status, 400);
  assert.equal(await publish(c, workspaceNamed("No. 7")), 7);
});

test("nodes that publish at once take turns, and each publication has a revision of its own", async () => {
  await cluster.empty();
  await using a = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  await using b = await startSharingNode(cluster.url);
  const revisions = await Promise.all(
    Array.from({ length: 8 }, (_, turn) =>
      publish(turn % 2 === 0 ? a : b, workspaceNamed(`Turn ${turn}`)),
    ),
  );
  assert.deepEqual(
    revisions.toSorted((one, other) => one - other),
    [2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.deepEqual([await revisionsServed(a, 1), await revisionsServed(b, 1)], [["9"], ["9"]]);
});

test("nodes that start at once with one workspace publish it once; with two, one after the other", async () => {
  await cluster.empty();
  await using all = new AsyncDisposableStack();
  const start = async (workspace: unknown): Promise<RunningNode> =>
    all.use(await startSharingNode(cluster.url, { workspace }));
  const same = await Promise.all([start(PROTOCOL_WORKSPACE), start(PROTOCOL_WORKSPACE)]);
  assert.deepEqual(await Promise.all(same.map((node) => revisionsServed(node, 1))), [["1"], ["1"]]);
  const other = await Promise.all([start(workspaceNamed("A")), start(workspaceNamed("B"))]);
  for (const node of [...same, ...other]) assert.deepEqual(await revisionsServed(node, 1), ["3"]);
});
