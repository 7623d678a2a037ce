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
      // Stands in until the visitor store over Redis is there.
      return new MemoryVisitorStore();
  }
}

async function openRedisStores(seeds: readonly string[]): Promise<Result<NodeStores, RunOutcome>> {
  // A node that has its store to itself does without the client.
  const { openRedisControl, StoreUnreachable } = await import("../stores/redis/redis-control.ts");
  const patienceMs = LIMITS.storePatienceMs;
  try {
    const { definitions, group, close } = await openRedisControl({
      ...{ seeds, patienceMs, replicas: 0, replicaPatienceMs: 0 },
      leaseMs: LIMITS.leaseMs,
    });
    const visitors = new MemoryVisitorStore();
    return ok({
      ...{ visitors, definitions, group },
      close: async () => {
        await visitors.close();
        close();
      },
    });
  } catch (error) {
    if (!(error instanceof StoreUnreachable)) throw error;
    const store = `${SETTINGS.store.option} redis://${seeds.join(",")}`;
    const expected = `Expected a server that answers within ${patienceMs / 1_000} seconds`;
    return err(couldNotStart(`${store}: E_UNREACHABLE: ${expected}: ${error.message}.`));
  }
}
