// The parts of a primary and what each needs of the others: workers are started with the definitions that the
// publisher holds, and the publisher asks the workers to take new ones over.

import { resolve } from "node:path";
import type { NodeControl } from "../admin/node-control.ts";
import type { DefinitionStore } from "../catalog/definition-store.ts";
import type { Config } from "../config.ts";
import { ALONE } from "../group/turns.ts";
import { ManualClock, SYSTEM_CLOCK } from "../ops/clock.ts";
import type { Log } from "../ops/log.ts";
import { NodeMetrics } from "../ops/node-metrics.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import type { Definitions } from "./definitions.ts";
import type { FirstDefinitions } from "./first-definitions.ts";
import { StoreFollower } from "./follow-store.ts";
import type { WorkerSettings } from "./messages.ts";
import { buildNodeControl } from "./node-control.ts";
import { prepareInThread } from "./publication-thread.ts";
import { Publisher } from "./publisher.ts";
import { ServedDefinitions } from "./served-definitions.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface NodeIngredients {
  readonly config: Config;
  readonly log: Log;
  /** Absolute. */
  readonly folder: string;
  readonly rootSecret: Uint8Array;
  readonly store: DefinitionStore;
  readonly visitors: VisitorStore;
  readonly first: FirstDefinitions;
}

export interface AssembledNode {
  readonly pool: WorkerPool;
  readonly publisher: Publisher;
  readonly control: NodeControl;
}

/** The parts of the primary, made for each other; nothing runs yet. */
export function assembleNode(ingredients: NodeIngredients): AssembledNode {
  const { config, log, store, visitors, first } = ingredients;
  const clock = config.clock === "manual" ? new ManualClock(SYSTEM_CLOCK.now()) : null;
  const metrics = new NodeMetrics();
  let workersLost = 0;
  const pool = new WorkerPool({
    count: config.workers,
    address: config.collect,
    log,
    startOrder: (place, port) => ({
      kind: "start",
      settings: workerSettings(ingredients, place, port),
      definitions: definitionsOf(served),
      manualNow: clock?.now() ?? null,
    }),
    onWorkerLost: (place) => {
      workersLost++;
      void metrics.workerLost(place);
    },
  });
  const prepare = prepareInThread;
  const served: ServedDefinitions = new ServedDefinitions(pool, first.publication);
  const follower = new StoreFollower({ store, served, prepare });
  const publisher = new Publisher({ store, served, follower, turns: ALONE, log, prepare }, first);
  const control = buildNodeControl({
    pool,
    publisher,
    visitors,
    clock,
    metrics,
    workerCount: config.workers,
    workersLost: () => workersLost,
  });
  return { pool, publisher, control };
}

function workerSettings(
  { config, folder, rootSecret }: NodeIngredients,
  place: number,
  port: number,
): WorkerSettings {
  return {
    collect: { host: config.collect.host, port },
    dataFolder: folder,
    durability: config.durability,
    domain: config.domain,
    region: config.region,
    nodeName: `dunlin-${config.region}-${place}`,
    trustedProxies: config.trustProxy,
    geoFile: config.geo === null ? null : resolve(config.geo),
    rootSecret,
    log: config.log,
  };
}

function definitionsOf({ current }: ServedDefinitions): Definitions | null {
  return current && { revision: current.revision, workspace: current.workspace };
}
