// Connects to a Redis or Valkey server, or to a cluster of them: which of the two it is, the servers say.

import { Cluster, Redis } from "ioredis";

export interface ControlClientOptions {
  /** `host:port`, IPv6 addresses in brackets. */
  readonly seeds: readonly string[];
  /** How long the servers may take to answer at first. */
  readonly patienceMs: number;
}

/** None of the servers answered, or not as one that can be used. */
export class StoreUnreachable extends Error {
  override readonly name = "StoreUnreachable";
}

const CONNECT_TIMEOUT_MS = 2_000;
/** Longer than a document of some megabytes takes. */
const COMMAND_TIMEOUT_MS = 10_000;
const LOOK_AGAIN_AFTER_MS = 250;
const MAX_RECONNECT_DELAY_MS = 1_000;

const CONNECTION = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  // Whoever asks asks again: what waits for a server that is gone would come too late.
  maxRetriesPerRequest: 1,
};

export async function connectControl(options: ControlClientOptions): Promise<Redis | Cluster> {
  const { patienceMs } = options;
  const seeds = options.seeds.map(seedOf);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await Promise.all(seeds.map(askKind));
    const kind = found.find((one) => one === "cluster" || one === "single");
    if (kind === "cluster") return quietly(clusterOf(seeds));
    if (kind === "single") return quietly(serverOf(found.indexOf("single"), seeds));
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
    ...CONNECTION,
    ...seed,
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

function clusterOf(seeds: readonly Seed[]): Cluster {
  return new Cluster([...seeds], { clusterRetryStrategy: delayOf, redisOptions: CONNECTION });
}

function serverOf(index: number, seeds: readonly Seed[]): Redis {
  return new Redis({ ...CONNECTION, ...seeds[index], retryStrategy: delayOf });
}

function delayOf(attempt: number): number {
  return Math.min(100 * attempt, MAX_RECONNECT_DELAY_MS);
}

/** Faults reach whoever asks for something; one that is heard by nobody would end the process. */
function quietly<Client extends Redis | Cluster>(client: Client): Client {
  client.on("error", () => {});
  return client;
}
