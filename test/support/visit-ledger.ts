// A node in small, for tests of what calls read and write: profiles and identities in maps, no server, no
// store. Its calls run the real steps in their order, each call whole before the next.

import type { CatalogSnapshot, PartnerCatalog } from "../../src/catalog/snapshot.ts";
import type { Found, ReadPlan, WholePlan } from "../../src/event/qualify/profile-plan.ts";
import {
  planReads,
  planWrites,
  type Qualification,
  qualifyAll,
  type StatedId,
} from "../../src/event/qualify/qualify.ts";
import { applyDelta } from "../../src/model/apply-delta.ts";
import {
  type Identity,
  type IdentityKey,
  type Link,
  UNKNOWN_IDENTITY,
} from "../../src/model/identity.ts";
import { asDataSourceId, asPartnerId, asTraitId, type DeviceId } from "../../src/model/ids.ts";
import { isLinkLive } from "../../src/model/links.ts";
import { EMPTY_PROFILE, type Profile } from "../../src/model/profile.ts";
import { keyText } from "../../src/profiles/key-text.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import { numberedDevice } from "./store-deltas.ts";

export const PID = 1957;

export interface LedgerCall {
  /** The number of a device. */
  readonly device: number;
  /** Data source, ID and state. */
  readonly ids?: readonly (readonly [number, string, 0 | 1 | 2])[];
  readonly traits?: readonly number[];
  readonly now: number;
}

export interface LedgerAnswer extends Qualification {
  readonly plan: WholePlan;
  /** How often the plan wanted to be given something. */
  readonly rounds: number;
}

export class VisitLedger {
  partner: PartnerCatalog;
  /** Replaces what is found for a plan, to let reading fail. */
  find: (found: Found) => Found = (found) => found;
  clusters: readonly (readonly number[])[] = [];
  readonly profiles = new Map<string, Profile>();
  readonly identities = new Map<string, Identity>();

  constructor(snapshot: CatalogSnapshot) {
    this.partner = partnerOf(snapshot);
  }

  call(call: LedgerCall): LedgerAnswer {
    const { answer, commit } = this.begin(call);
    commit();
    return answer;
  }

  /** A call as far as its answer; others may begin before it is committed. Its links are there at once. */
  begin({ device: number, ids = [], traits = [], now }: LedgerCall): {
    readonly answer: LedgerAnswer;
    commit(): void;
  } {
    const device = numberedDevice(number);
    const stated = ids.map(statedId);
    this.#forgetDeadLinks(device, now);
    for (const one of stated) {
      this.link(number, one, { sync: now, auth: one.state === 1 ? now : null });
    }
    this.#see(device, now);
    const identity = this.identityOf({ kind: "device", device });
    const visit = { partner: this.partner, device, ids: stated, identity, now };

    const writes = planWrites(visit, traits.map(asTraitId));
    let plan: ReadPlan = planReads(visit);
    let rounds = 0;
    for (; plan.kind === "unfinished"; rounds++) plan = plan.given(this.find(this.#found(plan)));
    const stored = plan.profiles.map((key) => this.profileOf(key));
    const qualification = qualifyAll(visit, plan, stored, writes);
    const commit = () => {
      for (const { key, delta } of qualification.changes) {
        this.profiles.set(keyText(key), applyDelta(this.profileOf(key), delta));
      }
    };
    return { answer: { ...qualification, plan, rounds }, commit };
  }

  profileOf(key: ProfileKey): Profile {
    return this.profiles.get(keyText(key)) ?? EMPTY_PROFILE;
  }

  identityOf(key: IdentityKey): Identity {
    return this.identities.get(identityText(key)) ?? UNKNOWN_IDENTITY;
  }

  /** Links both ends. The later of two calls has the greater orders, also where the clock stands still. */
  link(
    number: number,
    declared: { readonly dataSourceId: StatedId["dataSourceId"]; readonly id: string },
    { sync, auth }: { readonly sync: number; readonly auth: number | null },
  ): void {
    const end: IdentityKey = { kind: "device", device: numberedDevice(number) };
    const { dataSourceId, id } = declared;
    const other: IdentityKey = { kind: "declared", dataSourceId, id };
    this.#addLink(end, other, { sync, auth });
    this.#addLink(other, end, { sync, auth });
  }

  #addLink(
    from: IdentityKey,
    to: IdentityKey,
    { sync, auth }: { readonly sync: number; readonly auth: number | null },
  ): void {
    const identity = this.identityOf(from);
    const before = identity.links.find((link) => identityText(link.to) === identityText(to));
    const order =
      identity.links.reduce((latest, { syncOrder }) => Math.max(latest, syncOrder), 0) + 1;
    const link: Link = {
      to,
      state: auth === null ? 0 : 1,
      lastSync: sync,
      syncOrder: order,
      lastAuth: auth ?? before?.lastAuth ?? null,
      authOrder: auth === null ? (before?.authOrder ?? 0) : order,
    };
    const links = [link, ...identity.links.filter((one) => one !== before)];
    this.identities.set(identityText(from), { ...identity, links });
  }

  #forgetDeadLinks(device: DeviceId, now: number): void {
    const key: IdentityKey = { kind: "device", device };
    const identity = this.identityOf(key);
    const links = identity.links.filter((link) => isLinkLive(link, identity.lastSeen, now));
    if (links.length < identity.links.length) {
      this.identities.set(identityText(key), { ...identity, links });
    }
  }

  #see(device: DeviceId, now: number): void {
    const key: IdentityKey = { kind: "device", device };
    const identity = this.identityOf(key);
    if (identity.links.length === 0) return;
    this.identities.set(identityText(key), {
      ...identity,
      lastSeen: Math.max(identity.lastSeen, now),
    });
  }

  #found({ wanted }: ReadPlan & { readonly kind: "unfinished" }): Found {
    return {
      identities: wanted.identities.map((key) => this.identityOf(key)),
      clusters: wanted.clusters.map(({ device }) => {
        const clusters = this.clusters.map((cluster) => cluster.map(numberedDevice));
        return clusters.find((cluster) => cluster.includes(device)) ?? [];
      }),
    };
  }
}

function partnerOf(snapshot: CatalogSnapshot): PartnerCatalog {
  const partner = snapshot.partnersById.get(asPartnerId(PID));
  if (partner === undefined) throw new Error(`No partner ${PID}.`);
  return partner;
}

function statedId([dataSourceId, id, state]: readonly [number, string, 0 | 1 | 2]): StatedId {
  return { dataSourceId: asDataSourceId(dataSourceId), id, state };
}

export function identityText(key: IdentityKey): string {
  return key.kind === "device" ? key.device : `${key.dataSourceId}:${key.id}`;
}

export function deviceKey(number: number): ProfileKey {
  return { kind: "device", pid: asPartnerId(PID), device: numberedDevice(number) };
}

export function declaredKeyOf(dataSourceId: number, id: string): ProfileKey {
  return { kind: "declared", dataSourceId: asDataSourceId(dataSourceId), id };
}

/** As the vectors write it: `dev:D1`, `auth:100:john`. */
export function shownKey(key: ProfileKey): string {
  return key.kind === "device"
    ? `dev:D${Number(key.device)}`
    : `auth:${key.dataSourceId}:${key.id}`;
}

/** A workspace of one partner with data sources 100, 200 and 300, a graph, and some traits and segments. */
export function ledgerWorkspace(parts: {
  readonly mergeRules?: readonly object[];
  readonly segments?: readonly object[];
  readonly traits?: readonly object[];
  readonly folders?: readonly object[];
  readonly dataSources?: readonly object[];
}): Record<string, unknown> {
  const { mergeRules = [], segments = [], traits = [], folders = [], dataSources = [] } = parts;
  const source = { pid: PID, idType: "CROSS_DEVICE" };
  return {
    partners: [
      { pid: PID, alias: "alpha", name: "Alpha", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" },
    ],
    dataSources: [
      ...[1, 2, 3, 4, 100, 200, 300].map((dataSourceId) => ({
        ...source,
        dataSourceId,
        name: `People ${dataSourceId}`,
      })),
      { dataSourceId: 50, pid: PID, name: "Site", idType: "COOKIE" },
      { ...source, dataSourceId: 900, name: "Graph", deviceGraph: true },
      ...dataSources,
    ],
    folders,
    traits: [
      ...[1, 2, 3].map((sid) => ({ sid, pid: PID, dataSourceId: 50, name: `Trait ${sid}` })),
      ...traits.map((one) => ({ pid: PID, dataSourceId: 50, ...one })),
    ],
    mergeRules: mergeRules.map((rule, at) => ({
      mergeRuleId: at + 1,
      pid: PID,
      name: `Rule ${at + 1}`,
      ...rule,
    })),
    segments: segments.map((one) => ({ pid: PID, dataSourceId: 50, name: "Segment", ...one })),
  };
}
