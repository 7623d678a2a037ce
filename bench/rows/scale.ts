// What a visitor and a call cost, for plans of many machines (docs/scale.md): bytes of a visitor in either
// store, CPU time of a call in the node and in the servers, and what goes over the network between them.

import { statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { seededRandom } from "../../test/support/random.ts";
import { startRedisCluster } from "../../test/support/redis-cluster.ts";
import { type Figure, type Row, side } from "../harness.ts";
import { startNode, withBench, writeRequests } from "../load/nodes.ts";
import type { ServerProcess } from "../load/server-process.ts";
import { shopRequests, shopWorkspace } from "../load/shop.ts";
import { type Load, makeKnown, runLoad } from "../load/wrk.ts";

const VISITORS = 40_000;
const SAMPLE = 200;
/** About 2,500 calls a second: far from what the machine can do. */
const PACED = { connections: 25, pauseMs: 10 };
/** As many as a worker answers: then commands share round trips. */
const FULL = { connections: 64, pauseMs: 0 };
const MS_TO_US = 1_000;

export const SCALE_ROW: Row = {
  name: "scale",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const rounds = quick ? 1 : 3;
      const seconds = quick ? 2 : 3;
      const requests = shopRequests(seededRandom(1), VISITORS);
      const requestFile = writeRequests(bench, "event", requests);
      const workspace = shopWorkspace(seededRandom(2));
      const costOf = (node: ServerProcess, pace: typeof PACED) =>
        cpuPerCall(node, { requestFile, seconds, ...pace });

      progress("a node with its own store");
      const own = await startNode(bench, { name: "own", workspace });
      await makeKnown({ url: own.url, requestFile, visitors: VISITORS });
      const file = statSync(join(bench.folder, "own", "profiles.mdb")).size;
      const ownCpu: number[] = [];
      const ownFull: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ownCpu.push((await costOf(own, PACED)).cpuUs);
        ownFull.push((await costOf(own, FULL)).cpuUs);
      }

      progress("a node on a cluster of six servers");
      const cluster = bench.keep(await startRedisCluster());
      const servers = bench.keep(watchServers(cluster.url));
      const empty = await servers.read();
      const shared = await startNode(bench, { name: "shared", workspace, store: cluster.url });
      await makeKnown({ url: shared.url, requestFile, visitors: VISITORS });
      const full = await servers.read();
      const paced: Asked[] = [];
      const busy: Asked[] = [];
      for (let round = 0; round < rounds; round++) {
        for (const [pace, kept] of [[PACED, paced] as const, [FULL, busy] as const]) {
          const before = await servers.read();
          const { cpuUs, calls } = await costOf(shared, pace);
          kept.push({ nodeCpuUs: cpuUs, ...perCall(await servers.read(), before, calls) });
        }
      }
      const memory = (full.memoryBytes - empty.memoryBytes) / VISITORS;
      progress("what of it are values, and what callers send and get");
      const values = (await servers.valueBytes()) / VISITORS;
      const wire = await bytesOfCalls(own.url, requests.slice(0, SAMPLE));
      return [
        figure("scale.lmdb_bytes_per_visitor", [file / VISITORS], "bytes"),
        figure("scale.redis_bytes_per_visitor", [memory], "bytes"),
        figure("scale.redis_bytes_beside_values", [memory - values], "bytes"),
        figure("scale.caller_bytes", wire, "bytes/call"),
        figure("scale.node_cpu_lmdb", ownCpu, "µs/call"),
        figure("scale.node_cpu_lmdb_full", ownFull, "µs/call"),
        figure("scale.node_cpu_redis", column(paced, "nodeCpuUs"), "µs/call"),
        figure("scale.node_cpu_redis_full", column(busy, "nodeCpuUs"), "µs/call"),
        figure("scale.redis_cpu", column(paced, "cpuUs"), "µs/call"),
        figure("scale.redis_cpu_full", column(busy, "cpuUs"), "µs/call"),
        figure("scale.redis_commands", column(busy, "commands"), "a call"),
        figure("scale.redis_bytes_in", column(busy, "bytesIn"), "bytes/call"),
        figure("scale.redis_bytes_out", column(busy, "bytesOut"), "bytes/call"),
        figure("scale.redis_bytes_replicated", column(busy, "bytesReplicated"), "bytes/call"),
      ];
    }),
};

interface Cost {
  readonly cpuUs: number;
  readonly calls: number;
}

async function cpuPerCall(node: ServerProcess, load: Omit<Load, "url">): Promise<Cost> {
  const before = node.cpuMs();
  const { calls } = await runLoad({ url: node.url, ...load });
  return { cpuUs: ((node.cpuMs() - before) * MS_TO_US) / calls, calls };
}

/** Of all primaries together, since they began. */
interface Reading {
  readonly memoryBytes: number;
  readonly cpuUs: number;
  readonly commands: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly bytesReplicated: number;
}

interface Asked extends Reading {
  readonly nodeCpuUs: number;
}

/** Memory that does not grow with visitors. */
const CONNECTIONS_MEMORY = [
  "mem_clients_normal",
  "mem_clients_slaves",
  "mem_total_replication_buffers",
] as const;

interface WatchedServers {
  read(): Promise<Reading>;
  /** Of all values that are stored, without keys and whatever else the servers keep. */
  valueBytes(): Promise<number>;
  stop(): Promise<void>;
}

function watchServers(url: string): WatchedServers {
  const clients = url
    .replace("redis://", "")
    .split(",")
    .map((seed) => new Redis(Number(seed.split(":")[1]), "127.0.0.1"));
  return {
    read: async () => {
      const texts = await Promise.all(clients.map((client) => client.info()));
      const total = (name: string): number =>
        texts.reduce((sum, text) => sum + numberIn(text, name), 0);
      const replicated = total("total_net_repl_output_bytes");
      return {
        memoryBytes:
          total("used_memory") - CONNECTIONS_MEMORY.reduce((sum, name) => sum + total(name), 0),
        cpuUs: (total("used_cpu_user") + total("used_cpu_sys")) * 1e6,
        commands: total("total_commands_processed"),
        bytesIn: total("total_net_input_bytes"),
        // To nodes alone.
        bytesOut: total("total_net_output_bytes") - replicated,
        bytesReplicated: replicated,
      };
    },
    valueBytes: async () => {
      const each = await Promise.all(clients.map(valueBytesOf));
      return each.reduce((sum, bytes) => sum + bytes, 0);
    },
    stop: async () => {
      for (const client of clients) client.disconnect();
    },
  };
}

async function valueBytesOf(client: Redis): Promise<number> {
  let bytes = 0;
  for await (const keys of client.scanStream({ match: "dl:{*", count: 1_000 })) {
    const pipeline = client.pipeline();
    for (const key of keys) pipeline.strlen(key);
    const lengths = (await pipeline.exec()) ?? [];
    // A key of another kind answers with an error: the few that are shared by all visitors.
    for (const [fault, length] of lengths) if (fault === null) bytes += Number(length);
  }
  return bytes;
}

/** Of each call, as it stands on the wire: the request, and the answer with its line and headers. */
function bytesOfCalls(url: string, requests: readonly string[]): Promise<number[]> {
  const { hostname, port } = new URL(url);
  return Promise.all(
    requests.map((request) => {
      const text = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
      return new Promise<number>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => socket.write(text));
        socket.resume();
        socket.on("error", reject);
        socket.on("close", () => resolve(request.length + socket.bytesRead));
      });
    }),
  );
}

function numberIn(info: string, name: string): number {
  const value = new RegExp(`^${name}:([0-9.]+)`, "m").exec(info)?.[1];
  if (value === undefined) throw new Error(`The server does not say ${name}.`);
  return Number(value);
}

function perCall(after: Reading, before: Reading, calls: number): Reading {
  const each = (name: keyof Reading): number => (after[name] - before[name]) / calls;
  return {
    memoryBytes: each("memoryBytes"),
    cpuUs: each("cpuUs"),
    commands: each("commands"),
    bytesIn: each("bytesIn"),
    bytesOut: each("bytesOut"),
    bytesReplicated: each("bytesReplicated"),
  };
}

function column(readings: readonly Asked[], name: keyof Asked): number[] {
  return readings.map((reading) => reading[name]);
}

function figure(row: string, rounds: readonly number[], unit: string): Figure {
  const measured = side(rounds, unit);
  const note = `${VISITORS} visitors of the shop, each known; 1,000 traits, 200 segments, 15 signals`;
  return { row, value: measured.median, unit, better: "lower", sides: { measured }, note };
}
