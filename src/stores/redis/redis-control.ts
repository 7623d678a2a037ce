// What the nodes that share a Redis or Valkey store have in common there: definitions, and one another.

import type { KeptRevisions } from "../../catalog/definition-store.ts";
import { ControlConnection } from "./control-connection.ts";
import { connectRedis, type RedisServers } from "./redis-client.ts";
import { RedisControlStore } from "./redis-control-store.ts";
import { RedisDefinitionStore } from "./redis-definition-store.ts";
import { RedisGroupStore } from "./redis-group-store.ts";

export { StoreUnreachable } from "./redis-client.ts";

/** Longer than a document of some megabytes takes. */
const COMMAND_TIMEOUT_MS = 10_000;

export interface RedisControlOptions extends RedisServers {
  /** How long the servers may take to answer at first, in milliseconds. */
  readonly patienceMs: number;
  /** How long a node lives without showing it, in milliseconds. */
  readonly leaseMs: number;
  /** Replicas that must have what is published; 0 for none. */
  readonly replicas: number;
  readonly replicaPatienceMs: number;
  /** [`KEPT_REVISIONS`] */
  readonly keptRevisions?: KeptRevisions;
}

export interface RedisControl {
  readonly definitions: RedisDefinitionStore;
  readonly control: RedisControlStore;
  readonly group: RedisGroupStore;
  close(): void;
}

/** Rejects with `StoreUnreachable` where no server answers in time. */
export async function openRedisControl(options: RedisControlOptions): Promise<RedisControl> {
  const client = await connectRedis({ ...options, commandTimeoutMs: COMMAND_TIMEOUT_MS });
  const connection = new ControlConnection({ ...options, client });
  return {
    definitions: new RedisDefinitionStore(connection, options.keptRevisions),
    control: new RedisControlStore(connection),
    group: new RedisGroupStore(connection, options.leaseMs),
    close: () => connection.close(),
  };
}
