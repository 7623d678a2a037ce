// The stores of a node, as `--store` names them: the only place that knows which engines there are.

import type { DefinitionStore } from "../catalog/definition-store.ts";
import { couldNotStart, type RunOutcome } from "../config/run-outcome.ts";
import type { Config } from "../config.ts";
import type { GroupStore } from "../group/group-store.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import { openEnvironment } from "../stores/lmdb/environment.ts";
import { LmdbDefinitionStore } from "../stores/lmdb/lmdb-definition-store.ts";
import { LmdbVisitorStore } from "../stores/lmdb/lmdb-visitor-store.ts";
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
  { store, durability }: Pick<Config, "store" | "durability">,
  folder: string,
): Promise<Result<NodeStores, RunOutcome>> {
  switch (store.kind) {
    case "lmdb": {
      const environment = openEnvironment({ folder, durability, checksFiles: true });
      const visitors = new LmdbVisitorStore(environment);
      const definitions = new LmdbDefinitionStore(environment);
      return ok({ visitors, definitions, group: null, close: () => visitors.close() });
    }
    case "redis":
      return err(couldNotStart("not yet"));
  }
}

/** For a worker: visitors are all that calls need. */
export function openVisitorStore(settings: WorkerSettings): VisitorStore {
  const { store, dataFolder, durability } = settings;
  switch (store.kind) {
    case "lmdb":
      return new LmdbVisitorStore(openEnvironment({ folder: dataFolder, durability }));
    case "redis":
      throw new Error("not yet");
  }
}
