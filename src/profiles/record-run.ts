// A trait's run within a record; `record.ts` shows where.

import type { TraitId } from "../model/ids.ts";
import type { TraitRecord, TraitRun } from "../model/profile.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

// The head of a run: four flags, and above them how many days there are besides the newest.
const HAS_FIRST = 1;
const EXPIRED_FOLLOWS = 2;
const NEWEST_IS_NOT_LAST = 4;
const NEWEST_IS_SEVERAL = 8;
const FLAGS = 16;

/** `today`: the day of the profile's `lastSeen`, from which days count back. */
export function writeTrait(writer: ByteWriter, record: TraitRecord, today: number): void {
  const { expired } = record;
  if (expired === undefined) {
    writeRun(writer, record, today, 0);
  } else {
    writeRun(writer, record, today, EXPIRED_FOLLOWS);
    writeRun(writer, expired, today, 0);
  }
}

export function readTrait(reader: ByteReader, sid: TraitId, today: number): TraitRecord {
  const head = reader.varint();
  const record = readRun(reader, head, sid, today);
  if ((head & EXPIRED_FOLLOWS) === 0) return record;
  const { first, last, days } = readRun(reader, reader.varint(), sid, today);
  return { ...record, expired: { first, last, days } };
}

/** `flags`: those that the run does not say itself. */
function writeRun(writer: ByteWriter, run: TraitRun, today: number, flags: number): void {
  const { first, last, days } = run;
  const newestPlace = days.length - 2;
  const newestDay = days[newestPlace] ?? Number.NaN;
  const newestCount = days[newestPlace + 1] ?? Number.NaN;
  const isNewestLast = isOn(newestDay, last);
  const lastDay = isNewestLast ? newestDay : utcDay(last);
  const firstDay = days[0] ?? Number.NaN;
  if (!isOn(firstDay, first)) {
    throw new Error("Invariant broken: the days of a trait begin with the day of its first time");
  }

  writer.varint(
    (newestPlace / 2) * FLAGS +
      (first === last ? 0 : HAS_FIRST) +
      flags +
      (isNewestLast ? 0 : NEWEST_IS_NOT_LAST) +
      (newestCount === 1 ? 0 : NEWEST_IS_SEVERAL),
  );
  writer.varint(today - lastDay);
  writer.varint(last - lastDay * DAY_MS);
  if (first !== last) writer.varint(first - firstDay * DAY_MS);
  if (!isNewestLast) writer.varint(lastDay - newestDay);
  if (newestCount !== 1) writer.varint(newestCount - 2);
  writeOlderDays(writer, days);
}

/** Whether a time is on a day: `utcDay` without dividing. */
function isOn(day: number, time: number): boolean {
  const timeOfDay = time - day * DAY_MS;
  return timeOfDay >= 0 && timeOfDay < DAY_MS;
}

function writeOlderDays(writer: ByteWriter, days: readonly number[]): void {
  let younger = days[days.length - 2] ?? Number.NaN;
  for (let place = days.length - 4; place >= 0; place -= 2) {
    const day = days[place] ?? Number.NaN;
    const count = days[place + 1] ?? Number.NaN;
    // Mostly a trait is realized once a day: that costs one byte.
    writer.varint((younger - day - 1) * 2 + (count === 1 ? 0 : 1));
    if (count !== 1) writer.varint(count - 2);
    younger = day;
  }
}

/** A run behind its head, as the record of a trait. */
function readRun(reader: ByteReader, head: number, sid: TraitId, today: number): TraitRecord {
  const lastDay = today - reader.varint();
  const last = lastDay * DAY_MS + timeOfDay(reader);
  const firstOfDay = head & HAS_FIRST ? timeOfDay(reader) : null;
  const newestDay = head & NEWEST_IS_NOT_LAST ? lastDay - reader.varint() : lastDay;
  const newestCount = head & NEWEST_IS_SEVERAL ? reader.varint() + 2 : 1;
  const days =
    head < FLAGS
      ? [newestDay, newestCount]
      : readOlderDays(reader, Math.floor(head / FLAGS), newestDay, newestCount);
  const firstDay = days[0] ?? 0;
  if (firstDay < 0) reader.fail("a day lies before the epoch");
  const first = firstOfDay === null ? last : firstDay * DAY_MS + firstOfDay;
  if (first > last) reader.fail("a first time lies after the last");
  return { sid, first, last, days };
}

/** The days of a run, of which the newest has been read. */
function readOlderDays(
  reader: ByteReader,
  olderCount: number,
  newestDay: number,
  newestCount: number,
): readonly number[] {
  if (olderCount > reader.remaining) reader.fail(`${olderCount} days do not fit into it`);
  const days = new Array<number>(2 * olderCount + 2);
  let place = 2 * olderCount;
  let day = newestDay;
  days[place] = day;
  days[place + 1] = newestCount;
  while (place > 0) {
    const gap = reader.varint();
    place -= 2;
    day -= Math.floor(gap / 2) + 1;
    days[place] = day;
    days[place + 1] = gap % 2 === 0 ? 1 : reader.varint() + 2;
  }
  return days;
}

function timeOfDay(reader: ByteReader): number {
  const ms = reader.varint();
  if (ms >= DAY_MS) reader.fail("a time of day lies outside the day");
  return ms;
}
