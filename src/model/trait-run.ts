// Adding one realization to a trait's record, whatever the order in which calls arrive.
//
// A run ends where no realization came within the trait's life; what comes after begins a new one,
// which counts from 1. Two workers may tell of the two sides of midnight in the wrong order, so the
// run that has just ended stays hidden in the record until no call that could join it to the new
// one can still come.

import type { Realization, TraitRecord, TraitRun } from "./profile.ts";
import { DAY_MS, expiresAt } from "./time.ts";

/**
 * How late a call's change may be stored, measured against the latest one stored on that profile.
 * Within it the order of arrival makes no difference at all. One day: the longest for which one
 * hidden run is enough, since two runs of a trait lie more than a day apart.
 */
export const LATENESS_MS = DAY_MS;

/** When a call realizes its traits. */
export interface RealizedAt {
  readonly at: number;
  /** That of `at`. */
  readonly day: number;
  readonly foldBeforeDay: number;
}

export function beginRecord({ sid }: Realization, { at, day }: RealizedAt): TraitRecord {
  return { sid, first: at, last: at, days: [day, 1] };
}

export function addRealization(
  record: TraitRecord,
  realization: Realization,
  realizedAt: RealizedAt,
): TraitRecord {
  const { at, day, foldBeforeDay } = realizedAt;
  const { ttlDays } = realization;
  if (hasGap(record.last, at, ttlDays)) {
    const begun = beginRecord(realization, realizedAt);
    return withExpired(begun, foldRun(record, foldBeforeDay), ttlDays);
  }
  // Its life had ended before this run began: in the right order it would have been dropped.
  if (hasGap(at, record.first, ttlDays)) return record;

  const { sid, expired } = record;
  const first = Math.min(record.first, at);
  const last = Math.max(record.last, at);
  const days = foldDays(countDay(record.days, day), foldBeforeDay);
  if (expired === undefined) return { sid, first, last, days };
  // Only a call from before the run can join the two. One that comes after it finds them apart, also
  // where the trait's life was made longer meanwhile: what had ended does not begin again.
  if (at >= record.first || hasGap(expired.last, first, ttlDays)) {
    return withExpired({ sid, first, last, days }, foldRun(expired, foldBeforeDay), ttlDays);
  }
  const joined = foldDays([...expired.days, ...days], foldBeforeDay);
  return { sid, first: expired.first, last, days: joined };
}

/** Whether what was last realized at `last` has ended by `next`. */
function hasGap(last: number, next: number, ttlDays: number): boolean {
  // Mostly it is far from its end, which need not be known then.
  return next - last > ttlDays * DAY_MS && next >= expiresAt(last, ttlDays);
}

function withExpired(record: TraitRecord, expired: TraitRun, ttlDays: number): TraitRecord {
  // A call that could still join the two is at least as young as this.
  const oldestComing = record.last - LATENESS_MS;
  return hasGap(expired.last, oldestComing, ttlDays) ? record : { ...record, expired };
}

function countDay(days: readonly number[], day: number): readonly number[] {
  const [oldest, count] = days;
  if (days.length === 2 && oldest === day && count !== undefined) return [day, count + 1];
  const counted = days.slice();
  // From the end: nearly every realization is on the newest day or after it.
  let place = counted.length;
  while (place > 0 && dayAt(counted, place - 2) > day) place -= 2;
  if (place > 0 && dayAt(counted, place - 2) === day) {
    counted[place - 1] = (counted[place - 1] ?? 0) + 1;
  } else {
    counted.splice(place, 0, day, 1);
  }
  return counted;
}

function dayAt(days: readonly number[], place: number): number {
  return days[place] ?? Number.NEGATIVE_INFINITY;
}

function foldRun({ first, last, days }: TraitRun, foldBeforeDay: number): TraitRun {
  return { first, last, days: foldDays(days, foldBeforeDay) };
}

/** Counts all days before `foldBeforeDay` to the oldest of them. */
function foldDays(days: readonly number[], foldBeforeDay: number): readonly number[] {
  let end = 0;
  while (end < days.length && dayAt(days, end) < foldBeforeDay) end += 2;
  if (end <= 2) return days;
  let count = 0;
  for (let place = 1; place < end; place += 2) count += days[place] ?? 0;
  return [dayAt(days, 0), count, ...days.slice(end)];
}
