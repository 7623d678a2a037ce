// What is known of one visitor, for the people who operate the node ("Running a node", the visitor).

import type { CatalogSnapshot, PartnerCatalog } from "../catalog/snapshot.ts";
import type { IdentityKey } from "../model/identity.ts";
import { declaredIdentity, deviceIdentity } from "../model/identity-key.ts";
import {
  asDataSourceId,
  asPartnerId,
  type DeviceId,
  parseDeviceId,
  parseMid,
} from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import { DEVICE_LIFE_DAYS, declaredLifeDays, expiresAt } from "../model/time.ts";
import type { ProfileKey } from "../profiles/store.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import { type DescribedLink, type DescribedOptOut, readVisitor } from "./read-visitor.ts";

/** Whom a question is about, as the asker wrote it. */
export interface VisitorQuestion {
  readonly pid: string;
  readonly uuid?: string;
  readonly mid?: string;
  readonly dataSourceId?: string;
  readonly id?: string;
}

export type VisitorFault =
  | { readonly kind: "unknown-partner" }
  /** `at`: the parameter that is wrong. */
  | { readonly kind: "bad-question"; readonly at: string; readonly message: string };

export type VisitorDescription = Result<DescribedVisitor, VisitorFault>;

export interface DescribedVisitor {
  readonly pid: number;
  /** Null where the visitor was asked for by a declared ID that no device was linked to. */
  readonly uuid: string | null;
  readonly mid: string | null;
  /** The most recently synced first. */
  readonly links: readonly DescribedLink[];
  /** The device's, then those of its links. */
  readonly profiles: readonly DescribedProfile[];
  readonly optOuts: readonly DescribedOptOut[];
}

export interface DescribedProfile {
  /** `dev:<uuid>` or `auth:<data source>:<id>`. */
  readonly profile: string;
  readonly lastSeen: number;
  readonly traits: readonly {
    readonly sid: number;
    readonly first: number;
    readonly last: number;
    readonly count: number;
  }[];
  readonly segments: readonly { readonly sid: number; readonly since: number }[];
}

export interface VisitorWorld {
  readonly catalog: CatalogSnapshot;
  readonly store: VisitorStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const MAX_ID_CHARACTERS = 1024;

export async function describeVisitor(
  world: VisitorWorld,
  question: VisitorQuestion,
): Promise<VisitorDescription> {
  const partner = findPartner(world.catalog, question.pid);
  if (partner === null) return err({ kind: "unknown-partner" });
  const asked = readQuestion(partner, question);
  if (!asked.ok) return asked;

  const { device, declaredIds, links, optOuts } = await readVisitor(world, partner, asked.value);
  const keys: ProfileKey[] = declaredIds.map((id) => ({ ...id, kind: "declared" }));
  if (device !== null) keys.unshift(deviceKey(partner, device));
  const profiles = await world.store.load(keys);
  return ok({
    pid: partner.pid,
    uuid: device,
    mid: device === null ? null : partner.ids.midOf(device),
    links,
    profiles: profiles.flatMap((profile, place) => {
      const key = keys[place];
      return key === undefined ? [] : describe(world, partner, key, profile);
    }),
    optOuts,
  });
}

function findPartner(catalog: CatalogSnapshot, pid: string): PartnerCatalog | null {
  if (!/^[1-9][0-9]{0,14}$/.test(pid)) return null;
  return catalog.partnersById.get(asPartnerId(Number(pid))) ?? null;
}

/** Exactly one of the three ways to name a visitor. */
function readQuestion(
  partner: PartnerCatalog,
  question: VisitorQuestion,
): Result<IdentityKey, VisitorFault> {
  const { uuid, mid, dataSourceId, id } = question;
  const isDeclared = dataSourceId !== undefined || id !== undefined;
  const ways = [uuid !== undefined, mid !== undefined, isDeclared].filter(Boolean).length;
  if (ways !== 1) {
    return bad("", "Expected one way to name the visitor: uuid, or mid, or dataSourceId with id.");
  }
  if (uuid !== undefined) {
    const device = parseDeviceId(uuid);
    return device === null ? bad("/uuid", EXPECTED_ID) : ok(deviceIdentity(device));
  }
  if (mid !== undefined) {
    const parsed = parseMid(mid);
    if (parsed === null) return bad("/mid", EXPECTED_ID);
    return ok(deviceIdentity(partner.ids.deviceOf(parsed)));
  }
  return readDeclaredId(partner, dataSourceId, id);
}

const EXPECTED_ID = "Expected 38 decimal digits: two halves of 19, each below 2^63, not both zero.";

function readDeclaredId(
  partner: PartnerCatalog,
  dataSourceId: string | undefined,
  id: string | undefined,
): Result<IdentityKey, VisitorFault> {
  if (dataSourceId === undefined || !/^[0-9]{1,15}$/.test(dataSourceId)) {
    return bad("/dataSourceId", "Expected the ID of a data source, beside id.");
  }
  if (id === undefined || id === "" || id.length > MAX_ID_CHARACTERS) {
    return bad("/id", `Expected an ID of 1 to ${MAX_ID_CHARACTERS} characters.`);
  }
  const source = asDataSourceId(Number(dataSourceId));
  if (!partner.dataSources.has(source)) {
    return bad("/dataSourceId", `Partner ${partner.pid} has no data source ${source}.`);
  }
  return ok(declaredIdentity({ dataSourceId: source, id }));
}

function deviceKey(partner: PartnerCatalog, device: DeviceId): ProfileKey {
  return { kind: "device", pid: partner.pid, device };
}

function bad(at: string, message: string): Result<never, VisitorFault> {
  return err({ kind: "bad-question", at, message });
}

/** None where there is no profile, or its life is over. */
function describe(
  world: VisitorWorld,
  partner: PartnerCatalog,
  key: ProfileKey,
  profile: Profile,
): readonly DescribedProfile[] {
  const { now } = world;
  const lifeDays = profileLifeDays(partner, key);
  // A device that a graph put into segments before its first call has been in them, and never seen.
  if (profile.lastSeen === 0 && profile.membership.length === 0) return [];
  if (profile.lastSeen > 0 && now >= expiresAt(profile.lastSeen, lifeDays)) return [];
  const described = {
    profile: key.kind === "device" ? `dev:${key.device}` : `auth:${key.dataSourceId}:${key.id}`,
    lastSeen: profile.lastSeen,
    traits: profile.traits.flatMap(({ sid, first, last, days }) => {
      // A trait that was deleted, or whose TTL has run out, may still be in the store.
      const trait = partner.traits.get(sid);
      if (trait === undefined || now >= expiresAt(last, trait.ttlDays)) return [];
      return [{ sid, first, last, count: countOf(days) }];
    }),
    segments: profile.membership.flatMap(({ sid, since }) =>
      partner.segments.has(sid) || partner.pausedSegments.has(sid) ? [{ sid, since }] : [],
    ),
  };
  return [described];
}

function profileLifeDays(partner: PartnerCatalog, key: ProfileKey): number {
  if (key.kind === "device") return DEVICE_LIFE_DAYS;
  const source = partner.dataSources.get(key.dataSourceId);
  if (source?.idType !== "CROSS_DEVICE") return DEVICE_LIFE_DAYS;
  return declaredLifeDays(source.retentionMonths);
}

/** Day and count stand in turn. */
function countOf(days: readonly number[]): number {
  let count = 0;
  for (let index = 1; index < days.length; index += 2) count += days[index] ?? 0;
  return count;
}
