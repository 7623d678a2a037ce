// The parts of a primary and what each needs of the others: workers are started with the definitions that the
// publisher holds, and the publisher asks the workers to take new ones over.

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { type AccessControl, openAccess } from "../access/access.ts";
import type { GrantableObject } from "../access/access-world.ts";
import { INSTALLATION_ADMINISTRATOR } from "../access/caller.ts";
import type { NodeControl } from "../admin/node-control.ts";
import { type Config, LIMITS } from "../config.ts";
import type { GroupStore } from "../group/group-store.ts";
import { NodeGroup } from "../group/node-group.ts";
import { ALONE } from "../group/turns.ts";
import { ManualClock, SYSTEM_CLOCK } from "../ops/clock.ts";
import type { Log } from "../ops/log.ts";
import { NodeMetrics } from "../ops/node-metrics.ts";
import { joinSeenKeys } from "../ops/seen-keys.ts";
import { Counting, PreparationThread } from "./counting/counting.ts";
import { noteWorkers } from "./data-folder.ts";
import type { Definitions } from "./definitions.ts";
import type { FirstDefinitions } from "./first-definitions.ts";
import { Linting } from "./linting/linting.ts";
import type { WorkerSettings } from "./messages.ts";
import { Modelling } from "./modelling/modelling.ts";
import { buildNodeControl } from "./node-control.ts";
import type { NodeStores } from "./open-stores.ts";
import { StoreFollower } from "./publishing/follow-store.ts";
import { PublishedDesk } from "./publishing/published-desk.ts";
import { Publisher, type PublisherOptions } from "./publishing/publisher.ts";
import { recordsOfRevision } from "./publishing/revision-records.ts";
import { ServedDefinitions } from "./publishing/served-definitions.ts";
import { StoredTraitTypes } from "./trait-types.ts";
import { WorkerPool } from "./worker-pool.ts";
import { WorkersClock } from "./workers-clock.ts";

const NAME_BYTES = 3;
const DAY_MS = 86_400_000;

export interface NodeIngredients {
  readonly config: Config;
  readonly log: Log;
  /** Absolute. */
  readonly folder: string;
  readonly rootSecret: Uint8Array;
  readonly stores: NodeStores;
  readonly first: FirstDefinitions;
  prepare: PublisherOptions["prepare"];
}

export interface AssembledNode {
  readonly pool: WorkerPool;
  readonly publisher: Publisher;
  readonly control: NodeControl;
  readonly counting: Counting;
  readonly models: Modelling;
  readonly access: AccessControl;
  /** Null with the system clock. */
  readonly clock: ManualClock | null;
  /** Null where the node has its store to itself. */
  readonly group: NodeGroup | null;
}

/** The parts of the primary, made for each other; nothing runs yet. */
export function assembleNode(ingredients: NodeIngredients): AssembledNode {
  const { config, log, folder, stores, first } = ingredients;
  const clock = config.clock === "manual" ? new ManualClock(SYSTEM_CLOCK.now()) : null;
  const metrics = new NodeMetrics(folder);
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
    whileNobodyCommits: (opening) => stores.whileNobodyCommits(opening),
    onWorkerBegun: (pids) => noteWorkers(folder, pids),
    onWorkerLost: (place) => {
      workersLost++;
      void metrics.workerLost(place);
    },
  });
  const { prepare } = ingredients;
  const store = stores.definitions;
  const served: ServedDefinitions = new ServedDefinitions(pool, first);
  const follower = new StoreFollower({ store, served, prepare });
  const workersClock = new WorkersClock(pool, clock);
  const group =
    stores.group && buildGroup(stores.group, { config, log, served, follower, workersClock });
  const turns = group ?? ALONE;
  const now = () => (clock ?? SYSTEM_CLOCK).now();
  const publisher = new Publisher(
    {
      ...{ store, served, follower, turns, log, prepare, now },
      recordsOf: (changes, origin) => recordsOfRevision(stores.control, changes, origin),
    },
    first,
  );
  const { domain } = config;
  const desk = new PublishedDesk({ publisher, control: stores.control, domain, now });
  const counting = new Counting({
    ...{ store: stores.visitors, thread: new PreparationThread(), now, random: Math.random },
    currentDefinitions: () => publisher.currentDefinitions(),
    readDefinitions: () => definitionsOn(desk),
  });
  const linting = buildLinting({ pool, publisher, desk, counting });
  const models = new Modelling({
    ...{ store: stores.visitors, control: stores.control, desk, log, now, name: newName() },
    ...{ courtesy: counting.courtesy, signal: counting.stopped },
    isShared: group !== null,
    machineNow: () => SYSTEM_CLOCK.now(),
  });
  const control = buildNodeControl({
    ...{ pool, publisher, desk, counting, models, linting, group, clock, workersClock, metrics },
    ...{ revisions: stores.definitions, region: config.region },
    traitTypes: new StoredTraitTypes(stores.control, now),
    visitors: stores.visitors,
    workerCount: config.workers,
    workersLost: () => workersLost,
  });
  const access = openAccess({
    ...{ store: stores.control, now, ticks: () => performance.now() },
    passwordMs: config.passwordDays === null ? null : config.passwordDays * DAY_MS,
    isDefined: (object) => isDefined(desk, object),
  });
  return { pool, publisher, control, counting, models, access, clock, group };
}

/** Rights for traits and segments are given for their data source. */
async function isDefined(
  desk: PublishedDesk,
  { pid, objectType, objectId }: GrantableObject,
): Promise<boolean> {
  const { view } = await desk.read({ caller: INSTALLATION_ADMINISTRATOR, pid });
  const list = objectType === "DESTINATION" ? "destinations" : "dataSources";
  const found = view.find(list, objectId);
  return found !== undefined && (found.pid === pid || found.pid === null);
}

interface LintingParts {
  readonly pool: WorkerPool;
  readonly publisher: Publisher;
  readonly desk: PublishedDesk;
  readonly counting: Counting;
}

function buildLinting({ pool, publisher, desk, counting }: LintingParts): Linting {
  return new Linting({
    ...{ measuring: counting.measuring, signal: counting.stopped },
    seenKeys: async (pid) => {
      const order = { kind: "report-seen-keys", pid } as const;
      const reports = await pool.askForReports<"report-seen-keys">(order);
      return joinSeenKeys([...reports.values()]);
    },
    readDefinitions: () => definitionsOn(desk),
    currentDocument: () => publisher.currentDocument(),
  });
}

/** What is in force, whoever asks. */
async function definitionsOn(desk: PublishedDesk) {
  const { view } = await desk.read({ caller: INSTALLATION_ADMINISTRATOR, pid: 0 });
  return { revision: view.revision, workspace: view.workspace };
}

function newName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(NAME_BYTES).toString("hex")}`;
}

interface GroupParts {
  readonly config: Config;
  readonly log: Log;
  readonly served: ServedDefinitions;
  readonly follower: StoreFollower;
  readonly workersClock: WorkersClock;
}

function buildGroup(store: GroupStore, parts: GroupParts): NodeGroup {
  const { config, log, served, follower, workersClock } = parts;
  return new NodeGroup({
    store,
    log,
    // For people: whom a publication waits for.
    name: newName(),
    settings: { domain: config.domain, clock: config.clock },
    limits: { ...LIMITS, compileMs: LIMITS.prepareMs },
    now: () => performance.now(),
    duties: {
      servedRevision: () => served.revision,
      compileProposal: (fence, proposed) => follower.compileProposal(fence, proposed),
      discardProposal: () => follower.discardProposal(),
      serveStored: (revision, fence) => follower.serveStored(revision, fence),
      setClock: async (now) => void (await workersClock.setClock(now)),
    },
  });
}

function workerSettings(
  { config, folder, rootSecret }: NodeIngredients,
  place: number,
  port: number,
): WorkerSettings {
  return {
    collect: { host: config.collect.host, port },
    dataFolder: folder,
    store: config.store,
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
  if (current === null) return null;
  const { revision, baseId, workspace, step } = current;
  return { revision, baseId, workspace, step };
}
