// A world for calls without a server: real definitions, a store in memory, a clock that stands still.

import { compileSnapshot } from "../../src/catalog/compile.ts";
import { readWorkspace } from "../../src/catalog/read-workspace.ts";
import type { CatalogSnapshot } from "../../src/catalog/snapshot.ts";
import { detectDevice } from "../../src/devices/detect-device.ts";
import type { GeoFacts, GeoLookup } from "../../src/event/geo/geo-lookup.ts";
import type { RawCall } from "../../src/event/parse/raw-call.ts";
import type { PlatformSources } from "../../src/event/platform-signals.ts";
import type { EventWorld } from "../../src/event/world.ts";
import { newDeviceId } from "../../src/identity/new-device-id.ts";
import type { VisitorStore } from "../../src/profiles/visitor-store.ts";
import { MemoryVisitorStore } from "../../src/stores/memory/memory-visitor-store.ts";
import { seededRandom } from "./random.ts";

/** No database of places; devices are told by their agents, as on a real node. */
export const NO_SOURCES: PlatformSources = { geo: null, detectDevice };

export interface TestWorld extends EventWorld {
  /** Milliseconds since the epoch; set it to let time pass. */
  nowMs: number;
  /** What the world was told of as faults of ours. */
  readonly faults: unknown[];
}

/** The snapshot of a workspace document that must be without faults. */
export function snapshotOf(document: unknown, revision = 1): CatalogSnapshot {
  const read = readWorkspace(document);
  if (!read.ok) throw new Error(`Faulty workspace: ${JSON.stringify(read.error, null, 1)}`);
  const secret = new TextEncoder().encode("a secret of the tests");
  return compileSnapshot(read.value.workspace, { revision, secret });
}

export function buildWorld(document: unknown, changes: Partial<EventWorld> = {}): TestWorld {
  const snapshot = snapshotOf(document);
  const random = seededRandom(7);
  const faults: unknown[] = [];
  const bytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => random.below(256));
  return {
    domain: "demdex.net",
    region: 6,
    nowMs: Date.UTC(2026, 0, 1, 12),
    faults,
    catalog: () => snapshot,
    now(): number {
      return this.nowMs;
    },
    newDeviceId: () => newDeviceId(bytes),
    newTransactionId: () => Buffer.from(bytes(8)).toString("base64"),
    random: () => random.next(),
    newBlob: () => "blob",
    ...NO_SOURCES,
    store: new MemoryVisitorStore(),
    reportFault: (_step, fault) => {
      faults.push(fault);
    },
    ...changes,
  };
}

/** The world with a store that does some things in another way, and has nothing at hand. */
export function withStore(world: TestWorld, changes: Partial<VisitorStore>): TestWorld {
  const { store } = world;
  return {
    ...world,
    store: {
      load: (keys) => store.load(keys),
      commit: (profiles) => store.commit(profiles),
      loadIdentities: (keys) => store.loadIdentities(keys),
      commitVisit: (visit) => store.commitVisit(visit),
      forgetEveryone: () => store.forgetEveryone(),
      close: () => store.close(),
      denials: store.denials,
      rates: store.rates,
      graphs: store.graphs,
      ...changes,
    },
  };
}

const NO_FACTS: GeoFacts = {
  ...{ country: null, subdivision: null, city: null, postalCode: null, latitude: null },
  ...{ longitude: null, dmaCode: null, areaCode: null, isp: null },
};

/** A database of places as a table. `asked` is every address that was looked up. */
export function geoTable(places: Readonly<Record<string, Partial<GeoFacts>>>): GeoLookup & {
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    lookUp: (address) => {
      asked.push(address);
      const place = places[address];
      return place === undefined ? null : { ...NO_FACTS, ...place };
    },
  };
}

/** Every address lies in that country. */
export function everywhereIn(country: string): GeoLookup {
  return { lookUp: () => ({ ...NO_FACTS, country }) };
}

/** A GET to a partner's host, as from behind TLS. */
export function callOf(target: string, changes: Partial<RawCall> = {}): RawCall {
  return {
    method: "GET",
    target,
    headers: [],
    body: null,
    address: "192.0.2.1",
    secure: true,
    host: "alpha.demdex.net",
    ...changes,
  };
}
