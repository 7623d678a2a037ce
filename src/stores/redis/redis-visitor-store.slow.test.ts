// The contracts of visitor stores on a real cluster, a replica waited for, and on a single server in each durability.

import { after, before } from "node:test";
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from "../../../test/support/redis-cluster.ts";
import { describeProfileScan } from "../../profiles/profile-scan.contract.ts";
import { describeProfileStore } from "../../profiles/store.contract.ts";
import { describeVisitorStore } from "../../profiles/visitor-store.contract.ts";
import { openRedisVisitorStore } from "./redis-visitor-store.ts";

let cluster: RedisCluster;
let server: RedisServer;
before(async () => {
  [cluster, server] = await Promise.all([startRedisCluster(), startRedisServer()]);
});
after(() => Promise.all([cluster.stop(), server.stop()]));

for (const [name, choose, replicas, durability] of [
  ["a cluster", () => cluster, 0, "commit"],
  ["a cluster, a replica waited for", () => cluster, 1, "commit"],
  ["a single server", () => server, 0, "commit"],
  ["a single server, answering at once", () => server, 0, "off"],
] as const) {
  const reopen = () =>
    openRedisVisitorStore({
      seeds: choose().url.slice("redis://".length).split(","),
      ...{ patienceMs: 10_000, timeoutMs: 5_000, replicas, replicaPatienceMs: 2_000 },
      ...{ durability, expires: false, now: Date.now },
    });
  const open = async () => {
    await choose().empty();
    return reopen();
  };
  const gaps =
    durability === "off" ? { answersBeforeCommit: "That is what its users want of it." } : {};
  const subject = { open, reopen, ...gaps };
  describeProfileStore(`Redis, ${name}`, subject);
  describeVisitorStore(`Redis, ${name}`, subject);
  if (replicas === 0 && durability === "commit") describeProfileScan(`Redis, ${name}`, subject);
}
