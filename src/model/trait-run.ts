// Adding one realization to a trait's record, whatever the order in which calls arrive.
//
// A run ends where no realization came within the trait's life; what comes after begins a new one,
// which counts from 1. Two workers may tell of the two sides of midnight in the wrong order, so the
// run that has just ended stays hidden in the record until no call that could join it to the new
// one can still come.

import type { Realization, TraitRecord, TraitRun } from "./profile.ts";
import { DAY_MS, expiresAt, utcDay } from "./time.ts";

/**
 * How late a call's change may be stored, measured against the latest one stored on that profile.
 * Within it the order of arrival makes no difference at all. One day: the longest for which one
 * hidden run is enough, since two runs of a trait lie more than a day apart.
 */
export const LATENESS_MS = DAY_MS;

export interface RealizedAt extends Realization {
  readonly at: number;
  readonly foldBeforeDay: number;
}

export function beginRecord(realized: RealizedAt): TraitRecord {
  return { sid: realized.sid, ...runOf(realized) };
}

export function addRealization(record: TraitRecord, realized: RealizedAt): TraitRecord {
  const { at, ttlDays, foldBeforeDay } = realized;
  if (hasGap(record.last, at, ttlDays)) {
    return recordOf(realized, runOf(realized), foldRun(record, foldBeforeDay));
  }
  // Its life had ended before this run began: in the right order it would have been dropped.
  if (hasGap(at, record.first, ttlDays)) return record;

  const run = addToRun(record, at);
  const { expired } = record;
  if (expired === undefined) return recordOf(realized, foldRun(run, foldBeforeDay));
  // Only a call from before the run can join the two. One that comes after it finds them apart, also
  // where the trait's life was made longer meanwhile: what had ended does not begin again.
  if (at >= record.first || hasGap(expired.last, run.first, ttlDays)) {
    return recordOf(realized, foldRun(run, foldBeforeDay), foldRun(expired, foldBeforeDay));
  }
  const joined = { first: expired.first, last: run.last, days: [...expired.days, ...run.days] };
  return recordOf(realized, foldRun(joined, foldBeforeDay));
}

function runOf({ at }: RealizedAt): TraitRun {
  return { first: at, last: at, days: [utcDay(at), 1] };
}

/** Whether what was last realized at `last` has ended by `next`. */
function hasGap(last: number, next: number, ttlDays: number): boolean {
  return next >= expiresAt(last, ttlDays);
}

function recordOf({ sid, ttlDays }: RealizedAt, run: TraitRun, expired?: TraitRun): TraitRecord {
  const { first, last, days } = run;
  // A call that could still join the two is at least as young as this.
  const oldestComing = last - LATENESS_MS;
  return expired === undefined || hasGap(expired.last, oldestComing, ttlDays)
    ? { sid, first, last, days }
    : { sid, first, last, days, expired };
}

function addToRun(run: TraitRun, at: number): TraitRun {
  return {
    first: Math.min(run.first, at),
    last: Math.max(run.last, at),
    days: countDay(run.days, utcDay(at)),
  };
}

function countDay(days: readonly number[], day: number): number[] {
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

/** Counts all days before `foldBeforeDay` to the oldest of them. */
function foldRun({ first, last, days }: TraitRun, foldBeforeDay: number): TraitRun {
  let end = 0;
  while (end < days.length && dayAt(days, end) < foldBeforeDay) end += 2;
  if (end <= 2) return { first, last, days };
  let count = 0;
  for (let place = 1; place < end; place += 2) count += days[place] ?? 0;
  return { first, last, days: [dayAt(days, 0), count, ...days.slice(end)] };
}
