// Objects that are made and changed one by one on several nodes of one store.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedisCluster } from "../support/redis-cluster.ts";
import { ALPHA, revisionsServed, startSharingNode } from "../support/several-nodes.ts";
import type { RunningNode } from "../support/start-node.ts";

const WORKSPACE = {
  partners: [{ pid: 7, alias: "alpha", name: "Alpha", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" }],
  dataSources: [{ dataSourceId: 1002, pid: 7, name: "Site", idType: "COOKIE" }],
};

const traitNamed = (name: string) => ({ name, dataSourceId: 1002, traitRule: `k == "${name}"` });

async function ask(node: RunningNode, method: string, target: string, body?: unknown) {
  const answer = await node.manage(method, target, body);
  assert.ok(answer.status < 300, `${method} ${target}: ${answer.status} ${answer.text}`);
  return answer.text === "" ? null : JSON.parse(answer.text);
}

test("traits made on several nodes at once have IDs of their own, and every node serves and shows them all", async () => {
  const cluster = await startRedisCluster();
  try {
    await using a = await startSharingNode(cluster.url, { workspace: WORKSPACE });
    await using b = await startSharingNode(cluster.url);
    const names = Array.from({ length: 10 }, (_, place) => `trait-${place}`);
    const made = await Promise.all(
      names.map((name, place) =>
        ask(place % 2 === 0 ? a : b, "POST", "/v1/traits/", traitNamed(name)),
      ),
    );
    assert.equal(new Set(made.map(({ sid }) => sid)).size, names.length);

    const [listA, listB] = await Promise.all(
      [a, b].map((node) => ask(node, "GET", "/v1/traits/?includeDetails=true&sortBy=sid")),
    );
    assert.deepEqual(listA, listB);
    assert.deepEqual(listA.map(({ name }: { name: string }) => name).toSorted(), names.toSorted());
    assert.ok(listA.every(({ createTime }: { createTime: number }) => createTime > 0));

    const [{ sid }] = made;
    const changed = await ask(b, "PUT", `/v1/traits/${sid}`, traitNamed("renamed"));
    assert.deepEqual(await ask(a, "GET", `/v1/traits/${sid}`), changed);
    const versions = await ask(a, "GET", `/v1/traits/${sid}/trait-rule/versions`);
    assert.equal(versions.length, 2);

    const revisions = [await revisionsServed(a, 1), await revisionsServed(b, 1)];
    assert.deepEqual(revisions, [["12"], ["12"]]);
    const call = { host: ALPHA };
    for (const node of [a, b]) {
      const { text } = await node.collect("/event?d_rtbd=json&k=renamed", call);
      const { uuid } = JSON.parse(text);
      const visitor = await ask(node, "GET", `/v1/partners/7/visitors?uuid=${uuid}`);
      assert.deepEqual(
        visitor.profiles[0].traits.map((trait: { sid: number }) => trait.sid),
        [sid],
      );
    }

    // The greatest ID goes, and does not come back on another node.
    const greatest = Math.max(...made.map((each) => each.sid));
    await ask(a, "DELETE", `/v1/traits/${greatest}`);
    const next = await ask(b, "POST", "/v1/traits/", traitNamed("next"));
    assert.equal(next.sid, greatest + 1);
  } finally {
    await cluster.stop();
  }
});
