// Connects to a Redis or Valkey server, or to a cluster of them: which of the two it is, the servers say.

import { Cluster, Redis } from "ioredis";

export interface RedisClientOptions {
  /** `host:port`, IPv6 addresses in brackets. */
  readonly seeds: readonly string[];
  /** How long the servers may take to answer at first. */
  readonly patienceMs: number;
  /** How long a command may take. */
  readonly commandTimeoutMs: number;
}

/** None of the servers answered, or not as one that can be used. */
export class StoreUnreachable extends Error {
  override readonly name = "StoreUnreachable";
}

const CONNECT_TIMEOUT_MS = 2_000;
const LOOK_AGAIN_AFTER_MS = 250;
const MAX_RECONNECT_DELAY_MS = 1_000;

export async function connectRedis(options: RedisClientOptions): Promise<Redis | Cluster> {
  const { patienceMs, commandTimeoutMs } = options;
  const seeds = options.seeds.map(seedOf);
  const connection = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: commandTimeoutMs,
    // Whoever asks asks again: what waits for a server that is gone would come too late.
    maxRetriesPerRequest: 1,
  };
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await Promise.all(seeds.map(askKind));
    if (found.includes("cluster")) {
      const retry = { clusterRetryStrategy: delayOf, redisOptions: connection };
      return quietly(new Cluster(seeds, retry));
    }
    const single = seeds[found.indexOf("single")];
    if (single !== undefined) {
      return quietly(new Redis({ ...connection, ...single, retryStrategy: delayOf }));
    }
    if (performance.now() > giveUpAt) throw new StoreUnreachable(reasonOf(found));
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
  }
}

interface Seed {
  readonly host: string;
  readonly port: number;
}

function seedOf(text: string): Seed {
  const colon = text.lastIndexOf(":");
  return {
    host: text.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(text.slice(colon + 1)),
  };
}

/** What a server is, or why it is of no use now. */
async function askKind(seed: Seed): Promise<"cluster" | "single" | { readonly why: string }> {
  const server = new Redis({
    ...seed,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  let fault: unknown = null;
  server.on("error", (error) => {
    fault = error;
  });
  try {
    await server.connect();
    if (!/^cluster_enabled:1/m.test(await server.info("cluster"))) return "single";
    const state = await server.cluster("INFO");
    return /^cluster_state:ok/m.test(state) ? "cluster" : { why: "its cluster is not complete" };
  } catch (error) {
    // What the connection met says more than what the command says of the connection.
    const why = fault ?? error;
    return { why: why instanceof Error ? why.message : String(why) };
  } finally {
    server.disconnect();
  }
}

function reasonOf(found: readonly unknown[]): string {
  const reasons = found.map((one) =>
    typeof one === "object" && one !== null && "why" in one ? String(one.why) : "",
  );
  return [...new Set(reasons)].join("; ");
}

function delayOf(attempt: number): number {
  return Math.min(100 * attempt, MAX_RECONNECT_DELAY_MS);
}

/** Faults reach whoever asks for something; one that is heard by nobody would end the process. */
function quietly<Client extends Redis | Cluster>(client: Client): Client {
  client.on("error", () => {});
  return client;
}
