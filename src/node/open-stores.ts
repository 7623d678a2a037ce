// The stores of a node, as `--store` names them: the only place that knows which engines there are.

import type { DefinitionStore } from "../catalog/definition-store.ts";
import type { RedisChoice } from "../config/read-store.ts";
import { couldNotStart, type RunOutcome } from "../config/run-outcome.ts";
import { type Config, LIMITS, SETTINGS } from "../config.ts";
import type { ControlStore } from "../control/control-store.ts";
import type { GroupStore } from "../group/group-store.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import { SYSTEM_CLOCK } from "../ops/clock.ts";
import type { ScannedStore } from "../profiles/profile-scan.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import {
  Environment,
  openEnvironment,
  openStoreFiles,
  type StoreFiles,
} from "../stores/lmdb/environment.ts";
import { LmdbControlStore } from "../stores/lmdb/lmdb-control-store.ts";
import { LmdbDefinitionStore } from "../stores/lmdb/lmdb-definition-store.ts";
import { LmdbVisitorStore } from "../stores/lmdb/lmdb-visitor-store.ts";
import type { WorkerSettings } from "./messages.ts";

export interface NodeStores {
  readonly visitors: ScannedStore;
  readonly definitions: DefinitionStore;
  readonly control: ControlStore;
  /** Where nodes that share the store find each other; null where this one has it to itself. */
  readonly group: GroupStore | null;
  /** Runs what lets another process open the store's files when that cannot meet a commit. */
  whileNobodyCommits<T>(opening: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** For the primary. */
export async function openNodeStores(
  config: Pick<Config, "store" | "durability" | "clock">,
  folder: string,
): Promise<Result<NodeStores, RunOutcome>> {
  const { store, durability } = config;
  switch (store.kind) {
    case "lmdb": {
      const environment = openEnvironment({ folder, durability, checksFiles: true });
      const visitors = new LmdbVisitorStore(environment);
      const definitions = new LmdbDefinitionStore(environment);
      const control = new LmdbControlStore(environment);
      return ok({
        visitors,
        definitions,
        control,
        group: null,
        whileNobodyCommits: (opening) => environment.whileNobodyCommits(opening),
        close: () => visitors.close(),
      });
    }
    case "redis":
      return openRedisStores(store, config);
  }
}

/** For a worker, in a moment in which nobody commits; null where the store has no files. */
export function openWorkerFiles(settings: WorkerSettings): StoreFiles | null {
  const { store, dataFolder, durability } = settings;
  return store.kind === "lmdb" ? openStoreFiles({ folder: dataFolder, durability }) : null;
}

/** For a worker: visitors are all that calls need. `files` are those of `openWorkerFiles`. */
export async function openVisitorStore(
  { store, durability }: WorkerSettings,
  clock: Config["clock"],
  files: StoreFiles | null,
): Promise<VisitorStore> {
  switch (store.kind) {
    case "lmdb": {
      if (files === null) throw new Error("Invariant broken: a worker began without its files");
      return new LmdbVisitorStore(new Environment(files));
    }
    case "redis": {
      // A node that has its store to itself does without the client.
      const { openRedisVisitorStore } = await import("../stores/redis/redis-visitor-store.ts");
      return openRedisVisitorStore(visitorOptions(store, durability, clock));
    }
  }
}

async function openRedisStores(
  store: RedisChoice,
  { durability, clock }: Pick<Config, "durability" | "clock">,
): Promise<Result<NodeStores, RunOutcome>> {
  const { openRedisControl } = await import("../stores/redis/redis-control.ts");
  const { openRedisVisitorStore, StoreUnreachable } = await import(
    "../stores/redis/redis-visitor-store.ts"
  );
  const options = visitorOptions(store, durability, clock);
  let opened: VisitorStore | null = null;
  try {
    const visitors = await openRedisVisitorStore(options);
    opened = visitors;
    const leaseMs = LIMITS.leaseMs;
    const { definitions, control, group, close } = await openRedisControl({ ...options, leaseMs });
    return ok({
      ...{ visitors, definitions, control, group },
      // Who else opens it, and commits, is the server's affair.
      whileNobodyCommits: (opening) => opening(),
      close: async () => {
        await visitors.close();
        close();
      },
    });
  } catch (error) {
    await opened?.close();
    if (!(error instanceof StoreUnreachable)) throw error;
    const named = `${SETTINGS.store.option} redis://${store.seeds.join(",")}`;
    const expected = `Expected a server that answers within ${LIMITS.storePatienceMs / 1_000} seconds`;
    return err(couldNotStart(`${named}: E_UNREACHABLE: ${expected}: ${error.message}.`));
  }
}

function visitorOptions(
  store: RedisChoice,
  durability: Config["durability"],
  clock: Config["clock"],
) {
  const { seeds, isEncrypted, username, password } = store;
  const { replicas, replicaPatienceMs, timeoutMs } = store;
  return {
    ...{ seeds, isEncrypted, replicas, replicaPatienceMs, timeoutMs, durability },
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    patienceMs: LIMITS.storePatienceMs,
    // What is over by the time of a clock set by hand may be wanted again.
    expires: clock === "system",
    now: SYSTEM_CLOCK.now,
  };
}
