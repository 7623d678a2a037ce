// The stores of a node, as `--store` names them: the only place that knows which engines there are.

import type { DefinitionStore } from "../catalog/definition-store.ts";
import { couldNotStart, type RunOutcome } from "../config/run-outcome.ts";
import { type Config, LIMITS, SETTINGS } from "../config.ts";
import type { GroupStore } from "../group/group-store.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import { openEnvironment } from "../stores/lmdb/environment.ts";
import { LmdbDefinitionStore } from "../stores/lmdb/lmdb-definition-store.ts";
import { LmdbVisitorStore } from "../stores/lmdb/lmdb-visitor-store.ts";
import { MemoryVisitorStore } from "../stores/memory/memory-visitor-store.ts";
import type { WorkerSettings } from "./messages.ts";

export interface NodeStores {
  readonly visitors: VisitorStore;
  readonly definitions: DefinitionStore;
  /** Where nodes that share the store find each other; null where this one has it to itself. */
  readonly group: GroupStore | null;
  close(): Promise<void>;
}

/** For the primary. */
export async function openNodeStores(
  config: Pick<Config, "store" | "durability">,
  folder: string,
): Promise<Result<NodeStores, RunOutcome>> {
  const { store, durability } = config;
  switch (store.kind) {
    case "lmdb": {
      const environment = openEnvironment({ folder, durability, checksFiles: true });
      const visitors = new LmdbVisitorStore(environment);
      const definitions = new LmdbDefinitionStore(environment);
      return ok({ visitors, definitions, group: null, close: () => visitors.close() });
    }
    case "redis":
      return openRedisStores(store.seeds);
  }
}

/** For a worker: visitors are all that calls need. */
export async function openVisitorStore(settings: WorkerSettings): Promise<VisitorStore> {
  const { store, dataFolder, durability } = settings;
  switch (store.kind) {
    case "lmdb":
      return new LmdbVisitorStore(openEnvironment({ folder: dataFolder, durability }));
    case "redis":
      return new MemoryVisitorStore();
  }
}

async function openRedisStores(seeds: readonly string[]): Promise<Result<NodeStores, RunOutcome>> {
  // A node that has its store to itself does without the client.
  const { connectControl, StoreUnreachable } = await import("../stores/redis/control-client.ts");
  const { ControlConnection } = await import("../stores/redis/control-connection.ts");
  const { RedisDefinitionStore } = await import("../stores/redis/redis-definition-store.ts");
  const { RedisGroupStore } = await import("../stores/redis/redis-group-store.ts");
  const patienceMs = LIMITS.storePatienceMs;
  const client = await connectControl({ seeds, patienceMs }).catch((error: unknown) => {
    if (error instanceof StoreUnreachable) return error;
    throw error;
  });
  if (client instanceof StoreUnreachable) {
    return err(
      couldNotStart(
        `${SETTINGS.store.option} redis://${seeds.join(",")}: E_UNREACHABLE: Expected a server that answers within ${patienceMs / 1_000} seconds: ${client.message}.`,
      ),
    );
  }
  const control = new ControlConnection({ client, replicas: 0, replicaPatienceMs: 0 });
  const visitors = new MemoryVisitorStore();
  return ok({
    visitors,
    definitions: new RedisDefinitionStore(control),
    group: new RedisGroupStore(control, LIMITS.leaseMs),
    close: async () => {
      await visitors.close();
      control.close();
    },
  });
}
