// What the nodes that share a Redis or Valkey store have in common there: definitions, and one another.

import { type ControlClientOptions, connectControl } from "./control-client.ts";
import { ControlConnection } from "./control-connection.ts";
import { RedisDefinitionStore } from "./redis-definition-store.ts";
import { RedisGroupStore } from "./redis-group-store.ts";

export { StoreUnreachable } from "./control-client.ts";

export interface RedisControlOptions extends ControlClientOptions {
  /** How long a node lives without showing it, in milliseconds. */
  readonly leaseMs: number;
  /** Replicas that must have what is published; 0 for none. */
  readonly replicas: number;
  readonly replicaPatienceMs: number;
}

export interface RedisControl {
  readonly definitions: RedisDefinitionStore;
  readonly group: RedisGroupStore;
  close(): void;
}

/** Rejects with `StoreUnreachable` where no server answers in time. */
export async function openRedisControl(options: RedisControlOptions): Promise<RedisControl> {
  const client = await connectControl(options);
  const connection = new ControlConnection({ ...options, client });
  return {
    definitions: new RedisDefinitionStore(connection),
    group: new RedisGroupStore(connection, options.leaseMs),
    close: () => connection.close(),
  };
}
