// Control records on a real cluster and on a single server: the contract, and what is Redis's alone.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Redis } from "ioredis";
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from "../../../test/support/redis-cluster.ts";
import { describeControlStore } from "../../control/control-store.contract.ts";
import { WRITE_RECORDS } from "./control-record-scripts.ts";
import { KEYS } from "./control-scripts.ts";
import { openRedisControl, type RedisControl } from "./redis-control.ts";

let cluster: RedisCluster;
let server: RedisServer;
before(async () => {
  [cluster, server] = await Promise.all([startRedisCluster(), startRedisServer()]);
});
after(() => Promise.all([cluster.stop(), server.stop()]));

function openOn({ url }: { readonly url: string }, replicas: number): Promise<RedisControl> {
  const seeds = url.slice("redis://".length).split(",");
  return openRedisControl({
    ...{ seeds, replicas, patienceMs: 10_000, replicaPatienceMs: 5_000, leaseMs: 1_000 },
  });
}

for (const [name, choose, replicas] of [
  ["a cluster, on a replica too", () => cluster, 1],
  ["a single server", () => server, 0],
] as const) {
  const reopen = async () => {
    const { control, close } = await openOn(choose(), replicas);
    return { store: control, close: async () => close() };
  };
  describeControlStore(name, {
    open: async () => {
      await choose().empty();
      return reopen();
    },
    reopen,
  });
}

describe("a write of control records that is sent again because its answer was lost", () => {
  it("says again what it said, and writes nothing a second time", async () => {
    await server.empty();
    const { control, close } = await openOn(server, 0);
    const client = new Redis(server.port, "127.0.0.1");
    const version = "AAAAAAAAAAAAAAAA";
    const send = (): Promise<unknown> => {
      const [keys, args] = [WRITE_RECORDS.keys, [version, 1, "token/a", ""]];
      const records = ["token/a", `${version}1`, "token/b", `${version}1`];
      return client.eval(WRITE_RECORDS.text, keys.length, ...keys, ...args, ...records);
    };
    assert.equal(await send(), 1);
    await control.write([{ kind: "token", id: "b", value: 2 }]);
    assert.equal(await send(), 1);
    const listed = await control.list("token");
    assert.deepEqual(
      listed.map(({ value }) => value),
      [1, 2],
    );
    // Not for ever.
    await client.zadd(KEYS.controlWrites, 1, version);
    await control.write([]);
    assert.equal(await send(), 0);
    client.disconnect();
    close();
  });
});

describe("control records of a publication", () => {
  it("are written by nobody whose turn is over", async () => {
    await server.empty();
    const { definitions, control, group, close } = await openOn(server, 0);
    const next = (value: string) => {
      const records = [{ kind: "object", id: "traits/1", value }];
      return { revision: 1, document: `"${value}"`, records };
    };
    const turn = await group.takeTurn("a");
    assert.ok(turn);
    assert.equal(await definitions.publish(next("late"), turn.fence - 1), "overtaken");
    assert.deepEqual(await control.list("object"), []);
    assert.equal(await definitions.publish(next("first"), turn.fence), "stored");
    const first = await control.list("object");
    assert.equal(first[0]?.value, "first");
    // Asked again it says what it said, and writes nothing again.
    assert.equal(await definitions.publish(next("first"), turn.fence), "stored");
    assert.deepEqual(await control.list("object"), first);
    close();
  });
});

describe("control records that are stored on too few replicas", () => {
  it("are said to be, and are not said to be written", async () => {
    await server.empty();
    const seeds = [server.url.slice("redis://".length)];
    const { control, close } = await openRedisControl({
      ...{ seeds, replicas: 1, patienceMs: 1_000, replicaPatienceMs: 10, leaseMs: 1_000 },
    });
    const written = control.write([{ kind: "token", id: "a", value: 1 }]);
    await assert.rejects(written, /on 0 of 1 replicas/);
    close();
  });
});
