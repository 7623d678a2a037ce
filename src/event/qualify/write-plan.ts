// Which profiles does a call write to? The authentication state alone decides, whatever the merge rules
// ("Audience model", Which profile is written).

import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { DeclaredId } from "../../model/identity.ts";
import type { SegmentId, TraitId } from "../../model/ids.ts";
import type { ProfileDelta, Realization } from "../../model/profile.ts";
import { DEVICE_LIFE_DAYS, declaredLifeDays, utcDay } from "../../model/time.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import { isSameId, loggedIn, type StatedId, type Visit } from "./visit.ts";

const NOTHING_REALIZED: readonly Realization[] = [];
const NO_SEGMENTS: readonly SegmentId[] = [];

/**
 * What a call changes before anything is known of segments: the device's profile first, then those of
 * the IDs that it names. What it realized goes to whoever is logged in, and to the device only where
 * nobody is; the others it has merely seen.
 */
export function planWrites(visit: Visit, traits: readonly TraitId[]): readonly ProfileChange[] {
  const { partner, device, ids } = visit;
  const realized = realizationsOf(traits, partner);
  const key: ProfileKey = { kind: "device", pid: partner.pid, device };
  if (ids.length === 0) return [{ key, delta: deltaOn(key, visit, realized) }];

  const named = ids.filter((id, place) => isFirstOfProfile(visit, id, place));
  const writers = new Set(named.filter((id) => isLoggedIn(visit, id)));
  const changeOf = (of: ProfileKey, writes: boolean): ProfileChange => {
    return { key: of, delta: deltaOn(of, visit, writes ? realized : NOTHING_REALIZED) };
  };
  return [
    changeOf(key, writers.size === 0),
    ...named.map((id) => changeOf(declaredKey(id), writers.has(id))),
  ];
}

export function declaredKey({ dataSourceId, id }: DeclaredId): ProfileKey {
  return { kind: "declared", dataSourceId, id };
}

/** The days after which a profile that is not seen is gone. */
export function lifeDaysOf(key: ProfileKey, { dataSources }: PartnerCatalog): number {
  if (key.kind === "device") return DEVICE_LIFE_DAYS;
  const source = dataSources.get(key.dataSourceId);
  return source === undefined ? DEVICE_LIFE_DAYS : declaredLifeDays(source.retentionMonths);
}

/** What a call does to a profile, apart from its segments. */
export function deltaOn(
  key: ProfileKey,
  { partner, now }: Pick<Visit, "partner" | "now">,
  realized: readonly Realization[] = NOTHING_REALIZED,
): ProfileDelta {
  return {
    at: now,
    realized,
    gained: NO_SEGMENTS,
    lost: NO_SEGMENTS,
    foldBeforeDay: utcDay(now) - partner.historyDays,
    lifeDays: lifeDaysOf(key, partner),
  };
}

function realizationsOf(traits: readonly TraitId[], partner: PartnerCatalog): Realization[] {
  const realized: Realization[] = [];
  for (const sid of traits) {
    const trait = partner.traits.get(sid);
    // It has what a realization has, and is there already.
    if (trait !== undefined) realized.push(trait);
  }
  return realized;
}

/** Whether an ID has a profile, and was not named before. IDs of devices are other names of the device. */
function isFirstOfProfile({ partner, ids }: Visit, id: StatedId, place: number): boolean {
  if (partner.dataSources.get(id.dataSourceId)?.idType !== "CROSS_DEVICE") return false;
  return ids.findIndex((other) => isSameId(other, id)) === place;
}

function isLoggedIn(visit: Visit, id: StatedId): boolean {
  const last = loggedIn(visit, id.dataSourceId);
  return last !== null && isSameId(last, id);
}
