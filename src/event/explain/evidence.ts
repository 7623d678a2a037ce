// What is known of one trait in the profiles that were read: how often it was realized, when, in whose
// profile, and when that ends by itself.

import type { TraitId } from "../../model/ids.ts";
import type { Profile, TraitRecord } from "../../model/profile.ts";
import { expiresAt } from "../../model/time.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import type { SegmentProof } from "../../rules/segment-index/segment-index.ts";
import { lifeDaysOf, type Visit } from "../qualify/qualify.ts";
import { dayText, times, timeText } from "./words.ts";

export interface Evidence {
  readonly sid: TraitId;
  /** Whether it counts, in what the merge rule reads as one. */
  readonly live: boolean;
  readonly profiles: readonly ProfileEvidence[];
  /** True for a trait that nobody realizes: it is held for a link, or for being there. */
  readonly computed: boolean;
  readonly summary: string;
}

export interface ProfileEvidence {
  readonly profile: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly days: readonly { readonly day: string; readonly count: number }[];
  /** When it counts no more, unless it is realized again; null: never. */
  readonly expiresAt: number | null;
}

export interface ReadProfileOf {
  readonly key: ProfileKey;
  readonly profile: Profile;
}

/** `dev:<uuid>` or `auth:<data source>:<id>`. */
export function profileName(key: ProfileKey): string {
  return key.kind === "device" ? `dev:${key.device}` : `auth:${key.dataSourceId}:${key.id}`;
}

/** Null where the visitor has nothing of a trait. */
export function evidenceOf(
  visit: Visit,
  read: readonly ReadProfileOf[],
  merged: Profile,
  sid: TraitId,
): Evidence | null {
  const { partner, now } = visit;
  const ttlDays = partner.traits.get(sid)?.ttlDays ?? 0;
  const profiles = read.flatMap(({ key, profile }) => {
    const record = recordOf(profile, sid);
    return record === null ? [] : [describeRecord(visit, key, { profile, record, ttlDays })];
  });
  const held = recordOf(merged, sid);
  const live = held !== null && now < expiresAt(held.last, ttlDays);
  const computed = partner.mergeNeeds.computedTraits?.sids.has(sid) ?? false;
  if (profiles.length === 0 && !live) return null;
  return { sid, live, profiles, computed, summary: summaryOf({ sid, live, profiles, computed }) };
}

function recordOf(profile: Profile, sid: TraitId): TraitRecord | null {
  return profile.traits.find((record) => record.sid === sid) ?? null;
}

function describeRecord(
  { partner }: Visit,
  key: ProfileKey,
  of: { readonly profile: Profile; readonly record: TraitRecord; readonly ttlDays: number },
): ProfileEvidence {
  const { first, last, days } = of.record;
  const counted: { day: string; count: number }[] = [];
  for (let at = 0; at < days.length; at += 2) {
    counted.push({ day: dayText(days[at] ?? 0), count: days[at + 1] ?? 0 });
  }
  const ends = Math.min(
    expiresAt(last, of.ttlDays),
    expiresAt(of.profile.lastSeen, lifeDaysOf(key, partner)),
  );
  return {
    profile: profileName(key),
    first,
    last,
    count: counted.reduce((sum, { count }) => sum + count, 0),
    days: counted,
    expiresAt: Number.isFinite(ends) ? ends : null,
  };
}

function summaryOf({ sid, live, profiles, computed }: Omit<Evidence, "summary">): string {
  if (computed) {
    return `Trait ${sid} is held for what the visitor is, not for what they did.`;
  }
  const parts = profiles.map(({ profile, count, last, expiresAt: ends }) => {
    const end = ends === null ? "for ever" : `until ${timeText(ends)}`;
    return `${times(count)}, last at ${timeText(last)}, in ${profile}${live ? `, ${end}` : ""}`;
  });
  const state = live ? "" : " It counts no more: its life is over.";
  return `Trait ${sid} was realized ${parts.join("; ")}.${state}`;
}

/** Every trait that a proof speaks of, ascending: those asked for, as far as they are listed, and the live ones. */
export function traitsAsked(proof: SegmentProof): readonly TraitId[] {
  const sids = new Set<TraitId>();
  const collect = (node: SegmentProof): void => {
    if ("operands" in node) node.operands.forEach(collect);
    else for (const sid of [...node.traits.asked, ...node.traits.live]) sids.add(sid);
  };
  collect(proof);
  return [...sids].sort((one, other) => one - other);
}
