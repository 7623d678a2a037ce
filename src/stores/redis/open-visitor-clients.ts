// Connections of the visitor store, and whether the servers are as its durability wants them.

import { Cluster, type Redis } from "ioredis";
import { connectRedis, type RedisServers, StoreUnreachable } from "./redis-client.ts";
import { messageOf } from "./store-faults.ts";

export interface VisitorClientOptions extends RedisServers {
  /** How long the servers may take to answer at first. */
  readonly patienceMs: number;
  readonly timeoutMs: number;
  readonly replicas: number;
  readonly replicaPatienceMs: number;
  readonly durability: "commit" | "fsync" | "off";
}

export interface VisitorClients {
  readonly readers: Redis | Cluster;
  readonly writers: Redis | Cluster;
}

export async function openVisitorClients(options: VisitorClientOptions): Promise<VisitorClients> {
  const { timeoutMs, replicas, replicaPatienceMs, durability } = options;
  const readers = await connectRedis({ ...options, commandTimeoutMs: timeoutMs, failsFast: true });
  let writers = readers;
  try {
    if (durability === "fsync") await checkDisk(readers);
    if (replicas > 0) {
      // Whoever waits for replicas keeps its connection waiting.
      const commandTimeoutMs = timeoutMs + replicaPatienceMs;
      writers = await connectRedis({ ...options, commandTimeoutMs, failsFast: true });
    }
  } catch (fault) {
    readers.disconnect();
    throw fault;
  }
  return { readers, writers };
}

/** A server answers a command once it is on disk only where it was told so. */
async function checkDisk(client: Redis | Cluster): Promise<void> {
  const servers = client instanceof Cluster ? client.nodes("master") : [client];
  for (const server of servers) {
    const { host, port } = server.options;
    const wanted = `durability fsync wants appendonly yes and appendfsync always on ${host}:${port}`;
    let found: Record<string, string>;
    try {
      found = settingsIn(await server.config("GET", "append*"));
    } catch (fault) {
      throw new StoreUnreachable(`${wanted}, which cannot be asked: ${messageOf(fault)}`);
    }
    const { appendonly, appendfsync } = found;
    if (appendonly === "yes" && appendfsync === "always") continue;
    throw new StoreUnreachable(`${wanted}: they are ${appendonly} and ${appendfsync}`);
  }
}

/** Names and values in turn. */
function settingsIn(reply: unknown): Record<string, string> {
  const list = Array.isArray(reply) ? reply.map(String) : [];
  const settings: Record<string, string> = {};
  for (let at = 0; at < list.length; at += 2) settings[list[at] ?? ""] = list[at + 1] ?? "";
  return settings;
}
