// How often a device was told of a destination, as far as that still matters to the destination's caps
// ("Data out and in", When destinations fire).
//
// As all of a delta it commutes: the latest time stands, and its day's tellings are added up. What was told
// on a day before that of the profile's latest call counts for no cap of a day any more, so it counts as one:
// however late a call comes, it leaves what it would have left in time.

import type { DestinationId } from "./ids.ts";
import { DAY_MS, utcDay } from "./time.ts";

/** When a device was last told of a destination, and how often on that day. */
export interface Telling {
  readonly destinationId: DestinationId;
  /** Milliseconds since the epoch. */
  readonly last: number;
  /** On the UTC day of `last`, at least 1; always 1 once the profile was seen on a later day. */
  readonly count: number;
  /** How long after `last` it matters; never less than to the end of the day. */
  readonly forSeconds: number;
}

/** A destination that a call tells the device of. */
export interface Told {
  readonly destinationId: DestinationId;
  readonly forSeconds: number;
}

/** Of the time `at`, on a profile last seen at `lastSeen`, which is no earlier. */
export interface ToldAt {
  readonly told: readonly Told[];
  readonly at: number;
  readonly lastSeen: number;
}

/** Ascending by destination, without what no cap can ask for any more. */
export function addTellings(
  tellings: readonly Telling[],
  { told, at, lastSeen }: ToldAt,
): readonly Telling[] {
  const known = new Map(tellings.map((telling) => [telling.destinationId, telling]));
  for (const { destinationId, forSeconds } of told) {
    const now = { destinationId, last: at, count: 1, forSeconds };
    const before = known.get(destinationId);
    known.set(destinationId, before === undefined ? now : joined(before, now));
  }
  const today = utcDay(lastSeen);
  return [...known.values()]
    .filter((telling) => tellingEndsAt(telling) > lastSeen)
    .map((telling) => (utcDay(telling.last) < today ? { ...telling, count: 1 } : telling))
    .sort((one, other) => one.destinationId - other.destinationId);
}

/** The first moment at which it matters no more, milliseconds since the epoch. */
export function tellingEndsAt({ last, forSeconds }: Telling): number {
  return Math.max((utcDay(last) + 1) * DAY_MS, last + forSeconds * 1000);
}

function joined(one: Telling, other: Telling): Telling {
  const [earlier, later] = one.last <= other.last ? [one, other] : [other, one];
  const isSameDay = utcDay(earlier.last) === utcDay(later.last);
  return isSameDay ? { ...later, count: earlier.count + later.count } : later;
}
