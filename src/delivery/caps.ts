// A destination's caps: how often one device may be told of it ("Data out and in", When destinations fire).

import type { DestinationId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import type { Told } from "../model/tellings.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import { LATENESS_MS } from "../model/trait-run.ts";

/** Not both are null. */
export interface Caps {
  readonly minIntervalSeconds: number | null;
  /** In a UTC day. */
  readonly maxPerDay: number | null;
}

/** What caps ask of a device's profile. */
export type ToldBefore = Pick<Profile, "lastSeen" | "tellings">;

/** Null for a destination without caps. */
export function capsOf({ minIntervalSeconds, maxPerDay }: Caps): Caps | null {
  if (minIntervalSeconds === null && maxPerDay === null) return null;
  return { minIntervalSeconds, maxPerDay };
}

/** What is kept of a telling: as much as the destination's caps may ask. */
export function toldOf(destinationId: DestinationId, { minIntervalSeconds }: Caps): Told {
  return { destinationId, forSeconds: minIntervalSeconds ?? 0 };
}

/**
 * When the caps let the device be told again, in milliseconds since the epoch; null where they do so now. A
 * clock that is a little behind that of another node tells nothing that was told there; one that was set back by
 * more than a day holds nothing back.
 */
export function heldBackUntil(
  caps: Caps,
  destinationId: DestinationId,
  { lastSeen, tellings = [] }: ToldBefore,
  now: number,
): number | null {
  const telling = tellings.find((one) => one.destinationId === destinationId);
  const latest = Math.max(lastSeen, telling?.last ?? 0);
  if (latest - now > LATENESS_MS) return null;
  const { minIntervalSeconds, maxPerDay } = caps;
  let until = now;
  if (maxPerDay !== null) {
    const day = utcDay(latest);
    // How often it was on a day that is over for others is not known any more.
    if (day > utcDay(now)) until = day * DAY_MS;
    else if (telling !== undefined && utcDay(telling.last) === day && telling.count >= maxPerDay) {
      until = (day + 1) * DAY_MS;
    }
  }
  if (minIntervalSeconds !== null && telling !== undefined) {
    until = Math.max(until, telling.last + minIntervalSeconds * 1000);
  }
  return until > now ? until : null;
}
