// What nodes have in common, on a real cluster and on a single server: the contracts, and what is Redis's alone.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Redis } from "ioredis";
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from "../../../test/support/redis-cluster.ts";
import { describeDefinitionStore } from "../../catalog/definition-store.contract.ts";
import { KEPT_REVISIONS } from "../../catalog/definition-store.ts";
import { describeGroupStore } from "../../group/group-store.contract.ts";
import { KEYS } from "./control-scripts.ts";
import { openRedisControl, type RedisControl, StoreUnreachable } from "./redis-control.ts";

const LEASE_MS = 300;

let cluster: RedisCluster;
let server: RedisServer;
before(async () => {
  [cluster, server] = await Promise.all([startRedisCluster(), startRedisServer()]);
});
after(() => Promise.all([cluster.stop(), server.stop()]));

function seedsOf({ url }: { readonly url: string }): string[] {
  return url.slice("redis://".length).split(",");
}

function openOn(
  store: { readonly url: string },
  replicas: number,
  keptRevisions = KEPT_REVISIONS,
): Promise<RedisControl> {
  const seeds = seedsOf(store);
  return openRedisControl({
    keptRevisions,
    ...{ seeds, replicas, patienceMs: 10_000, replicaPatienceMs: 5_000, leaseMs: LEASE_MS },
  });
}

for (const [name, choose, replicas] of [
  ["a cluster, on a replica too", () => cluster, 1],
  ["a single server", () => server, 0],
] as const) {
  const open = async (kept = KEPT_REVISIONS) => {
    const { definitions, control, close } = await openOn(choose(), replicas, kept);
    return { store: definitions, control, close: async () => close() };
  };
  describeDefinitionStore(name, {
    open: async (kept) => {
      await choose().empty();
      return open(kept);
    },
    reopen: open,
  });

  describeGroupStore(name, {
    open: async () => {
      await choose().empty();
      const { group, definitions, close } = await openOn(choose(), replicas);
      return {
        ...{ store: group, definitions },
        // The server's clock cannot be moved.
        letLeasesEnd: () => new Promise((resolve) => setTimeout(resolve, LEASE_MS + 50)),
        close: async () => close(),
      };
    },
  });
}

describe("what nodes have in common in Redis", () => {
  it("lies in one slot, and holds the newest revisions, whoever stored them", async () => {
    await server.empty();
    const { definitions, close } = await openOn(server, 0);
    for (let revision = 1; revision <= 15; revision++) {
      assert.equal(await definitions.publish({ revision, document: `${revision}` }), "stored");
    }
    const client = new Redis(server.port, "127.0.0.1");
    // What servers of older versions store is a document alone, and they drop but one at a time.
    await client.hdel(KEYS.definitions, ...[3, 4, 5, 15].map((revision) => `origin:${revision}`));
    await client.hdel(KEYS.definitions, "document:3", "document:4");
    const nobody = { at: null, by: null, note: null };
    assert.deepEqual((await definitions.list())[0], { revision: 15, ...nobody });
    for (let revision = 16; revision <= KEPT_REVISIONS.most + 5; revision++) {
      assert.equal(await definitions.publish({ revision, document: `${revision}` }), "stored");
    }
    close();
    const fields = await client.hkeys(KEYS.definitions);
    const kept = fields.flatMap((field) => Number(/^document:(\d+)$/.exec(field)?.[1] ?? 0) || []);
    assert.deepEqual(
      kept.toSorted((one, other) => one - other),
      Array.from({ length: KEPT_REVISIONS.most }, (_, place) => place + 6),
    );
    assert.equal(fields.filter((field) => field.startsWith("origin:")).length, kept.length - 1);
    client.disconnect();
    for (const key of Object.values(KEYS)) assert.match(key, /^\{dunlin\}:/);
  });

  it("is not published where fewer replicas have it than were asked for, and says so", async () => {
    await server.empty();
    const control = await openRedisControl({
      ...{ seeds: seedsOf(server), replicas: 1, patienceMs: 1_000, replicaPatienceMs: 10 },
      leaseMs: LEASE_MS,
    });
    const published = control.definitions.publish({ revision: 1, document: "{}" });
    await assert.rejects(published, /on 0 of 1 replicas/);
    control.close();
  });

  it("is not looked for longer than it may be", async () => {
    const seeds = ["127.0.0.1:1", "[::1]:1"];
    const opened = openRedisControl({
      ...{ seeds, replicas: 0, patienceMs: 0, replicaPatienceMs: 0, leaseMs: LEASE_MS },
    });
    await assert.rejects(opened, (fault) => {
      assert.ok(fault instanceof StoreUnreachable);
      assert.match(fault.message, /ECONNREFUSED 127\.0\.0\.1:1/);
      return true;
    });
  });
});
