// A trait's run within a record; `record.ts` shows where.

import type { TraitRun } from "../model/profile.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

// The head of a run: four flags, and above them how many days there are besides the newest.
const HAS_FIRST = 1;
const EXPIRED_FOLLOWS = 2;
const NEWEST_IS_NOT_LAST = 4;
const NEWEST_IS_SEVERAL = 8;
const FLAGS = 16;

interface RunContext {
  /** The day of the profile's `lastSeen`, from which days count back. */
  readonly today: number;
  readonly expiredFollows: boolean;
}

export function writeRun(writer: ByteWriter, run: TraitRun, context: RunContext): void {
  const { first, last, days } = run;
  const newestPlace = days.length - 2;
  const lastDay = utcDay(last);
  const newestDay = days[newestPlace] ?? Number.NaN;
  const newestCount = days[newestPlace + 1] ?? Number.NaN;
  if (days[0] !== utcDay(first)) {
    throw new Error("Invariant broken: the days of a trait begin with the day of its first time");
  }

  writer.varint(
    (newestPlace / 2) * FLAGS +
      (first === last ? 0 : HAS_FIRST) +
      (context.expiredFollows ? EXPIRED_FOLLOWS : 0) +
      (newestDay === lastDay ? 0 : NEWEST_IS_NOT_LAST) +
      (newestCount === 1 ? 0 : NEWEST_IS_SEVERAL),
  );
  writer.varint(context.today - lastDay);
  writer.varint(last - lastDay * DAY_MS);
  if (first !== last) writer.varint(first - utcDay(first) * DAY_MS);
  if (newestDay !== lastDay) writer.varint(lastDay - newestDay);
  if (newestCount !== 1) writer.varint(newestCount - 2);

  let younger = newestDay;
  for (let place = newestPlace - 2; place >= 0; place -= 2) {
    const day = days[place] ?? Number.NaN;
    const count = days[place + 1] ?? Number.NaN;
    // Mostly a trait is realized once a day: that costs one byte.
    writer.varint((younger - day - 1) * 2 + (count === 1 ? 0 : 1));
    if (count !== 1) writer.varint(count - 2);
    younger = day;
  }
}

export function readRun(
  reader: ByteReader,
  today: number,
): { readonly run: TraitRun; readonly expiredFollows: boolean } {
  const head = reader.varint();
  const olderCount = Math.floor(head / FLAGS);
  if (olderCount > reader.remaining) reader.fail(`${olderCount} days do not fit into it`);
  const lastDay = today - reader.varint();
  const last = lastDay * DAY_MS + timeOfDay(reader);
  const firstOfDay = head & HAS_FIRST ? timeOfDay(reader) : null;
  const newestDay = head & NEWEST_IS_NOT_LAST ? lastDay - reader.varint() : lastDay;
  const newestCount = head & NEWEST_IS_SEVERAL ? reader.varint() + 2 : 1;

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
  if (day < 0) reader.fail("a day lies before the epoch");
  const first = firstOfDay === null ? last : day * DAY_MS + firstOfDay;
  if (first > last) reader.fail("a first time lies after the last");
  return { run: { first, last, days }, expiredFollows: (head & EXPIRED_FOLLOWS) !== 0 };
}

function timeOfDay(reader: ByteReader): number {
  const ms = reader.varint();
  if (ms >= DAY_MS) reader.fail("a time of day lies outside the day");
  return ms;
}
