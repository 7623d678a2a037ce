// What is known of one visitor, for the people who operate the node ("Running a node", the visitor).

import type { CatalogSnapshot, PartnerCatalog } from "../catalog/snapshot.ts";
import { type ToldDestination, toldDestinations } from "../event/explain/explain.ts";
import type { DeviceId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import { DEVICE_LIFE_DAYS, declaredLifeDays, expiresAt } from "../model/time.ts";
import type { ProfileKey } from "../profiles/store.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import { type DescribedLink, type DescribedOptOut, readVisitor } from "./read-visitor.ts";
import {
  findPartner,
  readQuestion,
  type VisitorFault,
  type VisitorQuestion,
} from "./visitor-question.ts";

export type { VisitorFault, VisitorQuestion } from "./visitor-question.ts";

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
  /** Destinations with caps that the device was told of; left out where there are none. */
  readonly told?: readonly ToldDestination[];
}

export interface VisitorWorld {
  readonly catalog: CatalogSnapshot;
  readonly store: VisitorStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

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

function deviceKey(partner: PartnerCatalog, device: DeviceId): ProfileKey {
  return { kind: "device", pid: partner.pid, device };
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
  const told = toldDestinations(partner, profile, now);
  return [told.length === 0 ? described : { ...described, told }];
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
