// Where a stored profile differs from the model's.

import type { Profile, TraitRecord } from "../../src/model/profile.ts";
import { hasEnded, type ModelProfile, type Realized, runOf } from "./history-of-traits.ts";

interface Life {
  readonly now: number;
  readonly lifeDays: number;
}

/** Sightings and realizations. What has ended reads as empty, whether or not it is there still. */
export function traitFaults(model: ModelProfile, stored: Profile, life: Life): string[] {
  if (hasEnded(model, life.lifeDays, life.now)) return [];
  const faults: string[] = [];
  if (stored.lastSeen !== model.lastSeen) {
    faults.push(`last seen at ${stored.lastSeen}, not ${model.lastSeen}`);
  }
  const left = new Map(model.realized);
  for (const record of stored.traits) {
    const realized = left.get(record.sid);
    left.delete(record.sid);
    if (realized === undefined) faults.push(`trait ${record.sid} was never realized`);
    else faults.push(...recordFaults(record, realized));
  }
  for (const sid of left.keys()) faults.push(`trait ${sid} is lost`);
  return faults;
}

function recordFaults(record: TraitRecord, realized: readonly Realized[]): string[] {
  const { sid, first, last } = record;
  const run = runOf(realized);
  const count = record.days.reduce((sum, value, at) => (at % 2 === 1 ? sum + value : sum), 0);
  if (!run.isCertain) {
    return count > realized.length ? [`trait ${sid} counts ${count} of ${realized.length}`] : [];
  }
  const faults: string[] = [];
  if (count !== run.count) faults.push(`trait ${sid} counts ${count}, not ${run.count}`);
  if (first !== run.first) faults.push(`trait ${sid} begins at ${first}, not ${run.first}`);
  if (last !== run.last) faults.push(`trait ${sid} is last of ${last}, not ${run.last}`);
  // Old days may have been folded into the first one.
  const days = record.days.filter((_, at) => at % 2 === 0);
  for (const [place, day] of days.entries()) {
    if (place > 0 && record.days[2 * place + 1] !== run.countByDay.get(day)) {
      faults.push(`trait ${sid} counts ${record.days[2 * place + 1]} on day ${day}`);
    }
  }
  return faults;
}
