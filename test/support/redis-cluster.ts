// A real cluster on loopback: three primaries and a replica of each, for the time of a test.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

const SLOTS = 16_384;
const PRIMARIES = 3;
const SERVERS = 2 * PRIMARIES;
const SLOTS_EACH = Math.ceil(SLOTS / PRIMARIES);

interface Server {
  readonly port: number;
  readonly process: ChildProcess;
  readonly client: Redis;
}

export interface RedisCluster {
  /** For `--store`. */
  readonly url: string;
  /** Forgets everything that is stored. */
  empty(): Promise<void>;
  /** Nobody is answered until `resume`. */
  pause(): void;
  /** Nobody who asks for what lies on one primary is answered until `resume`: its replica is silent as well. */
  pausePrimary(primary: number): void;
  /** Which of the first primaries holds a key's slot, from 0. */
  primaryOf(key: string): Promise<number>;
  /** kill -9 of the server that holds a key's slot: its replica takes over. */
  killPrimaryOf(key: string): Promise<void>;
  /** Puts a text where a record of ours is: damage. */
  overwrite(key: string, text: string): Promise<void>;
  /** For so many milliseconds every primary keeps every command waiting. */
  slowDown(timeMs: number): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** One server that is no cluster. */
export async function startRedisServer(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "dunlin-server-"));
  const [port = 0] = await freePorts(1);
  const { client, process } = startServer(folder, port, []);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    empty: async () => {
      await client.flushall();
    },
    stop: async () => {
      client.disconnect();
      process.kill("SIGKILL");
      await ended(process);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function startRedisCluster(): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), "dunlin-cluster-"));
  const ports = await freePorts(2 * SERVERS);
  const servers = Array.from({ length: SERVERS }, (_, index) => {
    const [port = 0, busPort = 0] = ports.slice(2 * index);
    return { ...startServer(folder, port, clusterArguments(port, busPort)), busPort };
  });
  const primaries = servers.slice(0, PRIMARIES);
  const signal = (name: NodeJS.Signals): void => {
    for (const { process } of servers) process.kill(name);
  };
  await formCluster(servers);
  const primaryOf = async (key: string): Promise<number> => {
    const slot = Number(await primaries[0]?.client.call("CLUSTER", ["KEYSLOT", key]));
    return Math.floor(slot / SLOTS_EACH);
  };
  return {
    url: `redis://${primaries.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    empty: async () => {
      await Promise.all(primaries.map(({ client }) => client.flushall()));
    },
    pause: () => signal("SIGSTOP"),
    pausePrimary: (primary) => {
      // The replica first: it must not see its primary fall silent.
      for (const place of [primary + PRIMARIES, primary]) servers[place]?.process.kill("SIGSTOP");
    },
    primaryOf,
    killPrimaryOf: async (key) => {
      primaries[await primaryOf(key)]?.process.kill("SIGKILL");
    },
    overwrite: async (key, text) => {
      await primaries[await primaryOf(key)]?.client.set(key, text);
    },
    slowDown: async (timeMs) => {
      await Promise.all(primaries.map(({ client }) => client.call("CLIENT", ["PAUSE", timeMs])));
    },
    resume: () => signal("SIGCONT"),
    stop: async () => {
      for (const { client } of servers) client.disconnect();
      signal("SIGKILL");
      await Promise.all(servers.map(({ process }) => ended(process)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function clusterArguments(port: number, busPort: number): string[] {
  const args = ["--cluster-enabled", "yes", "--cluster-port", `${busPort}`];
  args.push("--cluster-config-file", `nodes-${port}.conf`, "--cluster-node-timeout", "2000");
  args.push("--cluster-require-full-coverage", "no");
  return [...args, "--repl-diskless-sync-delay", "0"];
}

function startServer(folder: string, port: number, more: readonly string[]): Server {
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  args.push("--appendonly", "no", ...more);
  const process = spawn("redis-server", args, { stdio: "ignore" });
  const client = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 20 });
  client.on("error", () => {});
  return { port, process, client };
}

interface ClusterServer extends Server {
  readonly busPort: number;
}

async function formCluster(servers: readonly ClusterServer[]): Promise<void> {
  const [first] = servers;
  if (first === undefined) return;
  for (const [index, { client, port, busPort }] of servers.entries()) {
    if (index < PRIMARIES) {
      const from = index * SLOTS_EACH;
      const to = Math.min(from + SLOTS_EACH, SLOTS) - 1;
      await client.call("CLUSTER", ["ADDSLOTSRANGE", from, to]);
    }
    if (index > 0) await first.client.call("CLUSTER", ["MEET", "127.0.0.1", port, busPort]);
  }
  await untilAll(servers, "CLUSTER", ["INFO"], `cluster_known_nodes:${SERVERS}`);
  for (const [index, { client }] of servers.slice(PRIMARIES).entries()) {
    const primary = await servers[index]?.client.call("CLUSTER", ["MYID"]);
    await client.call("CLUSTER", ["REPLICATE", String(primary)]);
  }
  await untilAll(servers, "CLUSTER", ["INFO"], "cluster_state:ok");
  await untilAll(servers.slice(PRIMARIES), "INFO", ["replication"], "master_link_status:up");
  await untilAll(servers.slice(0, PRIMARIES), "INFO", ["replication"], "connected_slaves:1");
}

async function untilAll(
  servers: readonly Server[],
  command: string,
  args: readonly string[],
  expected: string,
): Promise<void> {
  for (const { client } of servers) {
    while (!String(await client.call(command, [...args])).includes(expected)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function ended(process: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.exitCode !== null || process.signalCode !== null) resolve();
    else process.once("exit", () => resolve());
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
      return server;
    }),
  );
  return Promise.all(
    servers.map((server) => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      return new Promise<number>((resolve) => server.close(() => resolve(port)));
    }),
  );
}
