// Connects to a Redis or Valkey server, or to a cluster of them: which of the two it is, the servers say.

import { Cluster, Redis } from "ioredis";

export interface RedisServers {
  /** `host:port`, IPv6 addresses in brackets. */
  readonly seeds: readonly string[];
  readonly username?: string;
  readonly password?: string;
  /** Whether connections are encrypted. */
  readonly isEncrypted?: boolean;
}

export interface RedisClientOptions extends RedisServers {
  /** How long the servers may take to answer at first. */
  readonly patienceMs: number;
  /** How long a command may take. */
  readonly commandTimeoutMs: number;
  /**
   * Whether commands fail at once where the server is not connected, and connections that say nothing for
   * so long as a command may take are given up: for those who send commands again themselves.
   */
  readonly failsFast?: boolean;
}

/** None of the servers answered, or not as one that can be used. */
export class StoreUnreachable extends Error {
  override readonly name = "StoreUnreachable";
}

const CONNECT_TIMEOUT_MS = 2_000;
const LOOK_AGAIN_AFTER_MS = 250;
const MAX_RECONNECT_DELAY_MS = 1_000;
const MAX_REDIRECTIONS = 4;
const LOOK_FOR_SLOTS_EVERY_MS = 2_000;

export async function connectRedis(options: RedisClientOptions): Promise<Redis | Cluster> {
  const { patienceMs, failsFast = false } = options;
  const seeds = options.seeds.map(seedOf);
  const access = accessOf(options);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await Promise.all(seeds.map((seed) => askKind(seed, access)));
    const single = seeds[found.indexOf("single")];
    const client = found.includes("cluster")
      ? new Cluster(seeds, clusterOptions(options, access))
      : single &&
        new Redis({ ...connectionOptions(options, access), ...single, retryStrategy: delayOf });
    if (client !== undefined) {
      quietly(client);
      if (failsFast) await untilReady(client, Math.max(0, giveUpAt - performance.now()));
      return client;
    }
    if (performance.now() > giveUpAt) throw new StoreUnreachable(reasonOf(found));
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
  }
}

type Access = ReturnType<typeof accessOf>;

function accessOf({ username, password, isEncrypted = false }: RedisServers) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
  };
}

function connectionOptions(
  { commandTimeoutMs, failsFast = false }: RedisClientOptions,
  access: Access,
) {
  const connection = { ...access, connectTimeout: CONNECT_TIMEOUT_MS };
  if (failsFast) {
    return {
      ...connection,
      socketTimeout: commandTimeoutMs,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
    };
  }
  // Whoever asks asks again: what waits for a server that is gone would come too late.
  return { ...connection, commandTimeout: commandTimeoutMs, maxRetriesPerRequest: 1 };
}

function clusterOptions(options: RedisClientOptions, access: Access) {
  return {
    // A server of a cluster that is gone is not waited for: another one takes its place.
    clusterRetryStrategy: delayOf,
    redisOptions: connectionOptions(options, access),
    // Certificates are for names.
    ...(options.isEncrypted === true && { dnsLookup: keepName }),
    ...(options.failsFast === true && FAILS_FAST_IN_CLUSTER),
  };
}

const FAILS_FAST_IN_CLUSTER = {
  enableOfflineQueue: false,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  maxRedirections: MAX_REDIRECTIONS,
  slotsRefreshInterval: LOOK_FOR_SLOTS_EVERY_MS,
};

function keepName(name: string, done: (fault: null, address: string) => void): void {
  done(null, name);
}

async function untilReady(client: Redis | Cluster, patienceMs: number): Promise<void> {
  if (client.status === "ready") return;
  let timer: NodeJS.Timeout | undefined;
  let reason = "they accept connections, but say nothing";
  client.on("error", (fault: Error) => {
    reason = fault.message;
  });
  const isReady = await new Promise<boolean>((resolve) => {
    client.once("ready", () => resolve(true));
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  clearTimeout(timer);
  if (isReady) return;
  client.disconnect();
  throw new StoreUnreachable(reason);
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
async function askKind(
  seed: Seed,
  access: Access,
): Promise<"cluster" | "single" | { readonly why: string }> {
  const server = new Redis({
    ...{ ...seed, ...access },
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
function quietly(client: Redis | Cluster): void {
  client.on("error", () => {});
}
