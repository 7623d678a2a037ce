import type { Profile, TraitRecord } from "../../model/profile.ts";
import { DAY_MS, utcDay } from "../../model/time.ts";

/**
 * A stored profile as it stood at a time, as exactly as it is kept: to the day. What was folded into one count
 * stays where it was counted; a run that had ended and was forgotten since is not there, nor what was told of a
 * destination that was told again since.
 */
export function profileAt(profile: Profile, at: number): Profile {
  if (profile.lastSeen <= at && profile.traits.every(({ last }) => last <= at)) return profile;
  const traits = profile.traits.flatMap((record) => recordAt(record, at) ?? []);
  const membership = profile.membership.filter(({ since }) => since <= at);
  const seen = traits.reduce((latest, { last }) => Math.max(latest, last), 0);
  const lastSeen = profile.lastSeen <= at ? profile.lastSeen : seen;
  const tellings = profile.tellings?.filter(({ last }) => last <= at) ?? [];
  return { lastSeen, traits, membership, ...(tellings.length > 0 ? { tellings } : {}) };
}

function recordAt(record: TraitRecord, at: number): TraitRecord | null {
  const { sid, first, last, expired } = record;
  if (last <= at) return record;
  if (first > at) {
    const before = expired !== undefined && expired.last <= at ? expired : null;
    return before === null ? null : { sid, ...before };
  }
  const today = utcDay(at);
  const days: number[] = [];
  for (let place = 0; place < record.days.length; place += 2) {
    const day = record.days[place] ?? 0;
    if (day <= today) days.push(day, record.days[place + 1] ?? 0);
  }
  const lastDay = days[days.length - 2] ?? utcDay(first);
  return { sid, first, last: Math.min(at, Math.max(first, (lastDay + 1) * DAY_MS - 1)), days };
}
