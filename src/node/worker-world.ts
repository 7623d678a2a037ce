// Everything that a worker's calls need, built once: store, definitions, time and chance.

import { randomBytes } from "node:crypto";
import {
  describeVisitor,
  type VisitorDescription,
  type VisitorQuestion,
} from "../admin/describe-visitor.ts";
import {
  type ExplainQuestion,
  explainVisitor,
  type VisitorExplanation,
} from "../admin/explain-visitor.ts";
import type { Computed, DataSourceDescription } from "../admin/node-control.ts";
import type { CatalogSnapshot } from "../catalog/snapshot.ts";
import { buildDeviceDetector } from "../devices/detect-device.ts";
import type { GeoLookup } from "../event/geo/geo-lookup.ts";
import type { EventWorld } from "../event/world.ts";
import { openGeoDatabase } from "../geo/geo-database.ts";
import {
  buildCollectionServer,
  type CollectionServer,
} from "../http/collection/collection-server.ts";
import { buildBlob } from "../identity/blob.ts";
import { deriveSecret } from "../identity/derive-secret.ts";
import { newDeviceId } from "../identity/new-device-id.ts";
import type { DataSourceId } from "../model/ids.ts";
import { type Traces, wantsTraces } from "../ops/call-trace.ts";
import { ManualClock, SYSTEM_CLOCK } from "../ops/clock.ts";
import type { Log } from "../ops/log.ts";
import type { MetricReport } from "../ops/metric-report.ts";
import { SeenKeys, type SeenKeysReport } from "../ops/seen-keys.ts";
import { countFromChannels } from "../ops/watched-channels.ts";
import { WorkerStatistics } from "../ops/worker-statistics.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import type { StoreFiles } from "../stores/lmdb/environment.ts";
import { type CompiledDefinitions, compileDefinitions, type Definitions } from "./definitions.ts";
import { measureStore } from "./measured-store.ts";
import type { OrderOf, WorkerSettings } from "./messages.ts";
import { openVisitorStore } from "./open-stores.ts";
import { pooledRandomBytes } from "./random-pool.ts";
import { KERNEL_SHARES_PORTS } from "./shared-port.ts";
import { watchCalls } from "./watched-calls.ts";

export interface WorkerWorld {
  readonly server: CollectionServer;
  readonly store: VisitorStore;
  compile(definitions: Definitions): CompiledDefinitions;
  adopt(compiled: CompiledDefinitions): void;
  setClock(now: number): void;
  describeVisitor(question: VisitorQuestion): Promise<Computed<VisitorDescription>>;
  explainVisitor(question: ExplainQuestion): Promise<Computed<VisitorExplanation>>;
  describeDataSource(id: DataSourceId): DataSourceDescription;
  /** The partners of the definitions that it serves. */
  listPartners(): { readonly revision: number; readonly ids: readonly number[] };
  reportMetrics(): readonly MetricReport[];
  reportSeenKeys(pid: number): SeenKeysReport;
  close(): Promise<void>;
}

const TRANSACTION_ID_BYTES = 8;

export async function openWorkerWorld(
  order: OrderOf<"start">,
  files: StoreFiles | null,
  log: Log,
): Promise<WorkerWorld> {
  const { settings } = order;
  const manual = order.manualNow === null ? null : new ManualClock(order.manualNow);
  const clock = manual ?? SYSTEM_CLOCK;
  const randomPool = pooledRandomBytes(randomBytes);
  const statistics = new WorkerStatistics();
  countFromChannels(statistics);
  const traces = await openWantedTraces(settings);
  const clockKind = manual === null ? "system" : "manual";
  const store = measureStore(await openVisitorStore(settings, clockKind, files), statistics);
  const secret = settings.rootSecret;
  const blobSecret = deriveSecret(secret, "visitor-id blobs");
  let compiled = compileDefinitions({ definitions: order.definitions, secret, previous: null });
  let { catalog } = compiled;
  statistics.revision = catalog.revision;

  const reportFault = (step: string, error: unknown): void => {
    statistics.countFault(step);
    log.fault("A call survived a fault of ours.", error, { step });
  };
  const seenKeys = new SeenKeys(clock.now());
  const plain: EventWorld = {
    domain: settings.domain,
    region: settings.region,
    catalog: () => catalog,
    now: () => clock.now(),
    newDeviceId: () => newDeviceId(randomPool),
    newTransactionId: () => randomPool(TRANSACTION_ID_BYTES).toString("base64"),
    random: () => Math.random(),
    store,
    newBlob: () => buildBlob(blobSecret, settings.region, clock.now()),
    geo: openGeo(settings, statistics, reportFault),
    detectDevice: buildDeviceDetector(statistics.caches.devices),
    reportFault,
    heldBack: (count) => statistics.countHeldBack(count),
    keyWatch: seenKeys,
  };
  const world = watchCalls(plain, { traces, countPhase: statistics.countPhase.bind(statistics) });

  const server = buildServer(world, settings, statistics);
  const visitorWorld = () => ({ catalog, store, now: clock.now() });

  return {
    server,
    store,
    compile: (definitions) => compileDefinitions({ definitions, secret, previous: compiled }),
    adopt: (next) => {
      compiled = next;
      catalog = next.catalog;
      statistics.revision = catalog.revision;
    },
    setClock: (now) => manual?.set(now),
    describeVisitor: (question) => computed(catalog, describeVisitor(visitorWorld(), question)),
    explainVisitor: (question) => computed(catalog, explainVisitor(visitorWorld(), question)),
    describeDataSource: (id) => {
      const source = catalog.dataSources.get(id);
      return { isDefined: source !== undefined, holdsDeviceGraph: source?.deviceGraph === true };
    },
    listPartners: () => ({ revision: catalog.revision, ids: [...catalog.partnersById.keys()] }),
    reportSeenKeys: (pid) => seenKeys.report(pid),
    reportMetrics: () => statistics.report({ callsUnderWay: server.callsUnderWay }),
    close: async () => {
      await Promise.all([store.close(), traces?.close()]);
    },
  };
}

async function computed<T>(
  { revision }: CatalogSnapshot,
  answer: Promise<T>,
): Promise<Computed<T>> {
  return { revision, answer: await answer };
}

/** Null where the operator wants none: then nothing of it is loaded. */
async function openWantedTraces({ nodeName }: WorkerSettings): Promise<Traces | null> {
  if (!wantsTraces(process.env)) return null;
  const { openTraces } = await import("../ops/traces/traces.ts");
  return openTraces({ environment: process.env, instance: nodeName, random: Math.random });
}

function buildServer(
  world: EventWorld,
  { nodeName, trustedProxies }: WorkerSettings,
  statistics: WorkerStatistics,
): CollectionServer {
  return buildCollectionServer({
    ...{ world, nodeName, trustedProxies, sharesPort: KERNEL_SHARES_PORTS },
    onCall: (record) => statistics.countCall(record),
    onRefusal: (kind) => statistics.countWireRefusal(kind),
  });
}

/** Each worker holds the file for itself: processes cannot share memory. */
function openGeo(
  { geoFile }: WorkerSettings,
  { caches }: WorkerStatistics,
  reportFault: EventWorld["reportFault"],
): GeoLookup | null {
  if (geoFile === null) return null;
  return openGeoDatabase(geoFile, {
    onDamage: (error) => reportFault("geo", error),
    use: caches.geo,
  });
}
