// A node in small, for tests of what calls read and write: profiles and identities in maps, no server, no
// store. Its calls run the real steps in their order, each call whole before the next.

import type { CatalogSnapshot, PartnerCatalog } from "../../src/catalog/snapshot.ts";
import { linksToWrite } from "../../src/event/declared-ids/link-changes.ts";
import type { Found, ReadPlan, WholePlan } from "../../src/event/qualify/profile-plan.ts";
import {
  planReads,
  planWrites,
  type Qualification,
  qualifyAll,
} from "../../src/event/qualify/qualify.ts";
import { applyDelta } from "../../src/model/apply-delta.ts";
import { applyIdentityChanges } from "../../src/model/apply-identity-changes.ts";
import {
  type Identity,
  type IdentityChange,
  type IdentityKey,
  UNKNOWN_IDENTITY,
} from "../../src/model/identity.ts";
import { deviceIdentity, identityKeyText } from "../../src/model/identity-key.ts";
import { asDataSourceId, asPartnerId, asTraitId } from "../../src/model/ids.ts";
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
    const stated = ids.map((one) => this.#statedId(one));
    const known = this.identityOf(deviceIdentity(device));
    const checked = { ids: stated, aliases: [] };
    this.change(linksToWrite({ device, identity: known, checked, withheld: null, now }));
    const identity = this.identityOf(deviceIdentity(device));
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
    return this.identities.get(identityKeyText(key)) ?? UNKNOWN_IDENTITY;
  }

  change(changes: readonly IdentityChange[]): void {
    const after = applyIdentityChanges(changes, (key) => this.identityOf(key));
    for (const { key, identity } of after) this.identities.set(identityKeyText(key), identity);
  }

  #statedId([number, id, state]: readonly [number, string, 0 | 1 | 2]) {
    const dataSourceId = asDataSourceId(number);
    const source = this.partner.dataSources.get(dataSourceId);
    if (source === undefined) throw new Error(`No data source ${number}.`);
    return { dataSourceId, id, state, source, shown: id, where: { parameter: "d_cid", index: 0 } };
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
