// A hundred thousand visitors of a few dozen kinds, in the store of a node that is yet to start: of what kind
// somebody is says everything about them.

import { newDeviceId } from "../../src/identity/new-device-id.ts";
import type { IdentityChange } from "../../src/model/identity.ts";
import { asDataSourceId, asPartnerId, asTraitId, type DeviceId } from "../../src/model/ids.ts";
import { DAY_MS } from "../../src/model/time.ts";
import type { ProfileChange, ProfileKey } from "../../src/profiles/store.ts";
import { openEnvironment } from "../../src/stores/lmdb/environment.ts";
import { LmdbVisitorStore } from "../../src/stores/lmdb/lmdb-visitor-store.ts";
import { type Random, seededRandom } from "./random.ts";

export const NOW = Date.UTC(2026, 2, 1, 12);
export const PID = asPartnerId(1957);
export const CRM = asDataSourceId(1001);

/** The days before today on which a trait was realized. */
type History = readonly number[];

export interface VisitorKind {
  /** By trait. */
  readonly device: Readonly<Record<number, History>>;
  /** Of who was logged in there last; null for nobody. */
  readonly person: Readonly<Record<number, History>> | null;
  readonly isOptedOut: boolean;
}

export interface StoredVisitor {
  readonly kind: VisitorKind;
  readonly device: DeviceId;
  /** Null where nobody was logged in. */
  readonly person: string | null;
}

/** The traits 5001 and 5002 of devices in every way, the trait 5003 of people. */
export function everyKind(): VisitorKind[] {
  const kinds: VisitorKind[] = [];
  for (const first of [[], [2], [2, 3, 4], [20]]) {
    for (const second of [[], [1]]) {
      for (const person of [null, {}, { 5003: [5] }]) {
        kinds.push({ device: { 5001: first, 5002: second }, person, isOptedOut: false });
      }
    }
  }
  kinds.push({ device: { 5001: [2], 5002: [1] }, person: null, isOptedOut: true });
  return kinds;
}

/** Stores so many visitors, of each kind a different number, and gives them. */
export async function storeVisitors(
  folder: string,
  kinds: readonly VisitorKind[],
  count: number,
): Promise<readonly StoredVisitor[]> {
  const random = seededRandom(17);
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.below(256));
  const store = new LmdbVisitorStore(openEnvironment({ folder, durability: "commit" }));
  const visitors = Array.from({ length: count }, (_, place): StoredVisitor => {
    const kind = pickKind(random, kinds);
    return {
      ...{ kind, device: newDeviceId(bytes) },
      person: kind.person === null ? null : `person-${place}`,
    };
  });
  for (let at = 0; at < count; at += 2_000) {
    await Promise.all(visitors.slice(at, at + 2_000).map((one) => store.commitVisit(visitOf(one))));
  }
  await store.close();
  return visitors;
}

/** Later ones are rarer, so that no two numbers are alike. */
function pickKind(random: Random, kinds: readonly VisitorKind[]): VisitorKind {
  const place = Math.floor(kinds.length * random.next() ** 1.5);
  const kind = kinds[place];
  if (kind === undefined) throw new Error("There is a kind at every place.");
  return kind;
}

function visitOf({ kind, device, person }: StoredVisitor) {
  const key: ProfileKey = { kind: "device", pid: PID, device };
  const profiles = changesOf(key, kind.device);
  const identities: IdentityChange[] = [];
  if (person !== null) {
    const declared = { dataSourceId: CRM, id: person };
    profiles.push(...changesOf({ kind: "declared", ...declared }, kind.person ?? {}));
    const limits = { declaredPerDevice: 10, devicesPerDeclared: 100 };
    identities.push({ kind: "link", device, declared, state: 1, at: NOW - DAY_MS, limits });
  }
  if (kind.isOptedOut) {
    const optOut = { kind: "opt-out", pid: PID, reason: "request", at: NOW - DAY_MS } as const;
    identities.push({ ...optOut, key: { kind: "device", device } });
  }
  return { profiles, identities, guard: null };
}

/** Seen a day ago, whatever they did before. */
function changesOf(key: ProfileKey, traits: Readonly<Record<number, History>>): ProfileChange[] {
  const changes = Object.entries(traits).flatMap(([sid, days]) =>
    days.map((ago) => changeOf(key, ago, [{ sid: asTraitId(Number(sid)), ttlDays: 120 }])),
  );
  return [...changes, changeOf(key, 1, [])];
}

function changeOf(
  key: ProfileKey,
  daysAgo: number,
  realized: ProfileChange["delta"]["realized"],
): ProfileChange {
  const at = NOW - daysAgo * DAY_MS;
  return { key, delta: { at, realized, gained: [], lost: [], foldBeforeDay: 0 } };
}
