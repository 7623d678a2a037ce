// The destinations with caps that a device was told of, within its profile's record; `record.ts` shows where.
//
//   tellings = count, { destination, days from `last` to `lastSeen`, time of day, count - 1, seconds }
//
// A destination's ID is what it adds to the one before it, less 1.

import { asDestinationId } from "../model/ids.ts";
import type { Telling } from "../model/tellings.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

const SHORTEST_TELLING = 5;

/** `today`: the day of the profile's `lastSeen`. */
export function writeTellings(
  writer: ByteWriter,
  tellings: readonly Telling[],
  today: number,
): void {
  writer.varint(tellings.length);
  let previous = -1;
  for (const { destinationId, last, count, forSeconds } of tellings) {
    const day = utcDay(last);
    writer.varint(destinationId - previous - 1);
    writer.varint(today - day);
    writer.varint(last - day * DAY_MS);
    writer.varint(count - 1);
    writer.varint(forSeconds);
    previous = destinationId;
  }
}

export function readTellings(reader: ByteReader, today: number): Telling[] {
  const length = reader.count(SHORTEST_TELLING);
  if (length === 0) reader.fail("it was told of destinations, of which there are none");
  let previous = -1;
  return Array.from({ length }, () => {
    previous += reader.varint() + 1;
    const day = today - reader.varint();
    const timeOfDay = reader.varint();
    if (day < 0 || timeOfDay >= DAY_MS) reader.fail("a destination was told at no such time");
    return {
      destinationId: asDestinationId(previous),
      last: day * DAY_MS + timeOfDay,
      count: reader.varint() + 1,
      forSeconds: reader.varint(),
    };
  });
}
