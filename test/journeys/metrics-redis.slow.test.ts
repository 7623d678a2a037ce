// What waits for a shared store, and whether its servers fail, as the metrics have it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { startRedisCluster } from "../support/redis-cluster.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const CALLS = 5;
const DEADLINE_MS = 30_000;

async function valueOfMetric(node: RunningNode, name: string): Promise<number> {
  const { text } = await node.manage("GET", "/metrics");
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  assert.ok(line !== undefined, `${name} is missing`);
  return Number(line.slice(name.length + 1));
}

/** Asks until it is so. */
async function until(
  node: RunningNode,
  name: string,
  holds: (value: number) => boolean,
): Promise<void> {
  const giveUpAt = performance.now() + DEADLINE_MS;
  for (;;) {
    const value = await valueOfMetric(node, name);
    if (holds(value)) return;
    assert.ok(performance.now() < giveUpAt, `${name} stays ${value}`);
  }
}

test("commands that servers do not answer are counted, and servers that fail", async () => {
  const cluster = await startRedisCluster();
  try {
    await using node = await startNode({
      ...{ clock: "system", workspace: PROTOCOL_WORKSPACE },
      args: ["--domain", "demdex.net", "--store", `${cluster.url}?timeoutMs=2000`],
    });
    const call = () => node.collect("/event?d_rtbd=json&key1=val1", { host: "alpha.demdex.net" });
    assert.equal((await call()).headers["x-error"], undefined);
    assert.equal(await valueOfMetric(node, "dunlin_redis_commands_waiting"), 0);
    assert.equal(await valueOfMetric(node, "dunlin_redis_servers_failing"), 0);
    // What a call has read it need not read again to change it.
    assert.ok((await valueOfMetric(node, 'dunlin_cache_hits_total{cache="redis"}')) > 0);
    assert.ok((await valueOfMetric(node, 'dunlin_cache_misses_total{cache="redis"}')) > 0);

    cluster.pause();
    const calls = Promise.all(Array.from({ length: CALLS }, call));
    await until(node, "dunlin_redis_commands_waiting", (value) => value >= CALLS);
    await until(node, "dunlin_redis_servers_failing", (value) => value > 0);
    cluster.resume();
    await calls;
    await until(node, "dunlin_redis_commands_waiting", (value) => value === 0);
    assert.ok((await valueOfMetric(node, "dunlin_store_loads_under_way")) === 0);
    assert.ok((await valueOfMetric(node, "dunlin_store_load_duration_seconds_count")) > 0);
  } finally {
    cluster.resume();
    await cluster.stop();
  }
});
