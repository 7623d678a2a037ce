// What several nodes do when one of them dies in the midst of a publication, is cut off from the store, does not
// belong to the others, or when the store itself is gone: in the end all serve one and the same.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { MemberReport } from "../../src/group/group-store.ts";
import { KEYS } from "../../src/stores/redis/control-scripts.ts";
import { openRedisControl, type RedisControl } from "../../src/stores/redis/redis-control.ts";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { seededRandom } from "../support/random.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.ts";
import {
  ALPHA,
  publish,
  revisionsServed,
  startSharingNode,
  untilReadyIs,
  workspaceNamed,
} from "../support/several-nodes.ts";
import { type RunningNode, runServe } from "../support/start-node.ts";

const SEED = 1957;
const KILLS = 4;

let cluster: RedisCluster;
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-several-"));
  cluster = await startRedisCluster();
});
after(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => cluster.empty());

const SERVING: MemberReport = {
  settings: { domain: "dcs.localhost", clock: "manual" },
  serving: true,
  revision: 1,
  compiled: 0,
  refused: null,
  clockSetting: 1,
};

/** A node that takes part as this test wants it to, and dies when it wants. */
async function playNode(): Promise<RedisControl> {
  const seeds = cluster.url.slice("redis://".length).split(",");
  return openRedisControl({
    ...{ seeds, patienceMs: 10_000, leaseMs: 6_000, replicas: 0, replicaPatienceMs: 0 },
  });
}

async function documentOf(node: RunningNode): Promise<string> {
  return (await node.manage("GET", "/v1/workspace")).text;
}

async function untilRevisionIs(node: RunningNode, revision: number): Promise<void> {
  while ((await revisionsServed(node, 1))[0] !== String(revision));
}

/** What a publisher does up to the moment at which every other node has compiled what it proposes. */
async function proposeAs(name: string, { group }: RedisControl, document: string): Promise<number> {
  await group.beat(name, SERVING);
  const turn = await group.takeTurn(name);
  assert.ok(turn !== null);
  assert.ok(await group.propose(turn.fence, { revision: turn.newest + 1, document }));
  for (;;) {
    const { members } = await group.beat(name, SERVING);
    const others = [...members].filter(([other]) => other !== name);
    if (others.every(([, { compiled }]) => compiled === turn.fence)) return turn.fence;
  }
}

test("a publisher that dies before it has stored leaves the old definitions everywhere, and the way free", async () => {
  const workspace = PROTOCOL_WORKSPACE;
  await using a = await startSharingNode(cluster.url, { workspace });
  await using b = await startSharingNode(cluster.url);
  const played = await playNode();
  await proposeAs("dies", played, JSON.stringify(workspaceNamed("Never stored")));
  played.close();
  assert.deepEqual([await revisionsServed(a, 1), await revisionsServed(b, 1)], [["1"], ["1"]]);
  // It waits until the dead one's lease has ended.
  assert.equal(await publish(b, workspaceNamed("After it")), 2);
  assert.deepEqual([await revisionsServed(a, 1), await revisionsServed(b, 1)], [["2"], ["2"]]);
});

test("a publisher that dies right after it has stored leaves the new definitions everywhere", async () => {
  await using a = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  await using b = await startSharingNode(cluster.url);
  const played = await playNode();
  const document = JSON.stringify(workspaceNamed("Stored by the dead"));
  const fence = await proposeAs("dies", played, document);
  assert.equal(await played.definitions.publish({ revision: 2, document }, fence), "stored");
  played.close();
  await Promise.all([a, b].map((node) => untilRevisionIs(node, 2)));
  assert.equal(await documentOf(b), await documentOf(a));
  assert.match(await documentOf(a), /Stored by the dead/);
  assert.equal(await publish(a, workspaceNamed("After it")), 3);
});

test(`a publisher killed at any moment, ${KILLS} times: the others agree, and go on`, async () => {
  const random = seededRandom(SEED);
  await using a = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  await using b = await startSharingNode(cluster.url);
  let newest = 1;
  for (let round = 0; round < KILLS; round++) {
    const where = `seed ${SEED}, round ${round}`;
    await using publisher = await startSharingNode(cluster.url);
    const publishing = publisher
      .manage("PUT", "/v1/workspace", workspaceNamed(`Round ${round}`))
      .catch(() => null);
    // A call of the management plane takes about a millisecond: a clock that needs no sleeping.
    for (let calls = random.below(250); calls > 0; calls--) await b.manage("GET", "/live");
    await publisher.kill();
    const answer = await publishing;
    const next = await publish(a, workspaceNamed(`After round ${round}`));
    assert.ok(next === newest + 1 || next === newest + 2, `${where}: ${newest}, then ${next}`);
    if (answer?.status === 200) assert.equal(next, newest + 2, where);
    newest = next;
    assert.deepEqual(await revisionsServed(a, 1), [String(next)], where);
    assert.deepEqual(await revisionsServed(b, 1), [String(next)], where);
    assert.equal(await documentOf(b), await documentOf(a), where);
  }
});

test("a node that stood still is waited for by nobody, and is ready again with the newest definitions", async () => {
  await using a = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  await using b = await startSharingNode(cluster.url);
  process.kill(b.pid, "SIGSTOP");
  try {
    assert.equal(await publish(a, workspaceNamed("Without b")), 2);
    assert.deepEqual(await revisionsServed(b, 1), ["1"]);
  } finally {
    process.kill(b.pid, "SIGCONT");
  }
  await untilReadyIs(b, 200);
  assert.deepEqual(await revisionsServed(b, 1), ["2"]);
  assert.equal(await publish(b, workspaceNamed("With b")), 3);
  assert.deepEqual(await revisionsServed(a, 1), ["3"]);
});

test("while the store does not answer no node is ready; then all is well again", async () => {
  await using a = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  await using b = await startSharingNode(cluster.url);
  cluster.pause();
  try {
    await Promise.all([untilReadyIs(a, 503), untilReadyIs(b, 503)]);
    const refused = await a.manage("PUT", "/v1/workspace", workspaceNamed("Nobody's"));
    assert.ok(refused.status >= 500, refused.text);
    assert.equal((await a.manage("GET", "/live")).status, 200);
    const answer = await a.collect("/event?d_rtbd=json", { host: ALPHA });
    assert.equal(answer.status, 200);
  } finally {
    cluster.resume();
  }
  await Promise.all([untilReadyIs(a, 200), untilReadyIs(b, 200)]);
  const revision = await publish(b, workspaceNamed("Afterwards"));
  assert.deepEqual(await revisionsServed(a, 1), [String(revision)]);
  assert.equal(await documentOf(a), await documentOf(b));
});

test("a node that does not belong to the others is refused with 2 and says why, and leaves nothing behind", async () => {
  await using node = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  const rows: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["secret", ["--secret", "another"], /^dunlin: --secret: E_IMMUTABLE: .*share this store/m],
    ["none", [], /^dunlin: --secret: E_IMMUTABLE: .*share this store/m],
    [
      "domain",
      ["--secret", "of all nodes", "--domain", "b.example"],
      /^dunlin: --domain: E_VALUE: /m,
    ],
    ["clock", ["--secret", "of all nodes", "--clock", "system"], /^dunlin: --clock: E_VALUE: /m],
  ];
  await Promise.all(
    rows.map(async ([name, args, line]) => {
      const { ended, output } = runServe([
        ...["--data", join(folder, name), "--store", cluster.url, "--workers", "1"],
        ...["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0", "--clock", "manual", ...args],
      ]);
      assert.deepEqual([name, (await ended).code], [name, 2], output().stderr);
      assert.match(output().stderr, line);
    }),
  );
  assert.equal(await publish(node, workspaceNamed("Still alone")), 2);
});

test("a store that nobody answers for ends the start with 1, and is named", async () => {
  const { ended, output } = runServe([
    ...["--store", "redis://127.0.0.1:1", "--data", join(folder, "gone")],
    ...["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"],
  ]);
  assert.equal((await ended).code, 1);
  assert.match(output().stderr, /^dunlin: --store redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/m);
});

// The last one: the cluster is not whole again afterwards.
test("the server that holds what nodes have in common dies: its replica goes on, and so do publications", async () => {
  await using a = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  await using b = await startSharingNode(cluster.url);
  assert.equal(await publish(a, workspaceNamed("Before it")), 2);
  await cluster.killPrimaryOf(KEYS.definitions);
  const attempt = (): Promise<HttpAnswer> =>
    b.manage("PUT", "/v1/workspace", workspaceNamed("After it"));
  let answer = await attempt();
  while (answer.status !== 200) answer = await attempt();
  assert.equal(Object(answer.json()).revision, 3);
  await Promise.all([untilReadyIs(a, 200), untilReadyIs(b, 200)]);
  assert.deepEqual([await revisionsServed(a, 1), await revisionsServed(b, 1)], [["3"], ["3"]]);
});
