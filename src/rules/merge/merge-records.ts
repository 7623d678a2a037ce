import type { DataSourceId, TraitId } from "../../model/ids.ts";
import type { TraitRecord } from "../../model/profile.ts";
import type { SourcedRecord } from "./profile-source.ts";

/** Day and count in turn, days ascending. */
type Days = readonly number[];

/**
 * One trait's records of several profiles as one. Counts add up: over devices, between devices and
 * declared IDs, over declared IDs of one data source, which are different people. But one call may
 * write to declared IDs of several data sources at once, so that of those the greatest count of a day
 * is taken.
 */
export function mergeRecords(sid: TraitId, records: readonly SourcedRecord[]): TraitRecord {
  const [only] = records;
  if (records.length === 1 && only !== undefined) return only.record;
  let deviceDays: Days = [];
  const daysByDataSource = new Map<DataSourceId, Days>();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { source, record } of records) {
    first = Math.min(first, record.first);
    last = Math.max(last, record.last);
    if (source.kind === "device") {
      deviceDays = combinedDays(deviceDays, record.days, sum);
    } else {
      const days = daysByDataSource.get(source.dataSourceId) ?? [];
      daysByDataSource.set(source.dataSourceId, combinedDays(days, record.days, sum));
    }
  }
  const declaredDays = [...daysByDataSource.values()].reduce<Days>(
    (greatest, days) => combinedDays(greatest, days, Math.max),
    [],
  );
  return { sid, first, last, days: combinedDays(deviceDays, declaredDays, sum) };
}

function sum(one: number, other: number): number {
  return one + other;
}

function combinedDays(
  one: Days,
  other: Days,
  combine: (one: number, other: number) => number,
): Days {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const combined: number[] = [];
  let atOne = 0;
  let atOther = 0;
  while (atOne < one.length || atOther < other.length) {
    const dayOfOne = one[atOne] ?? Number.POSITIVE_INFINITY;
    const dayOfOther = other[atOther] ?? Number.POSITIVE_INFINITY;
    const day = Math.min(dayOfOne, dayOfOther);
    const countOfOne = dayOfOne === day ? (one[atOne + 1] ?? 0) : 0;
    const countOfOther = dayOfOther === day ? (other[atOther + 1] ?? 0) : 0;
    combined.push(day, combine(countOfOne, countOfOther));
    if (dayOfOne === day) atOne += 2;
    if (dayOfOther === day) atOther += 2;
  }
  return combined;
}
