// What a device was told of destinations with caps, and which of them are held back for it.

import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import { heldBackUntil } from "../../delivery/plan.ts";
import type { SegmentId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import { utcDay } from "../../model/time.ts";
import { times, timeText } from "./words.ts";

export interface ToldDestination {
  readonly destinationId: number;
  /** Milliseconds since the epoch. */
  readonly last: number;
  /** How often on this UTC day. */
  readonly today: number;
  /** When its caps let the device be told again; null where they do so now. */
  readonly heldBackUntil: number | null;
}

/** Of the destinations that have caps, as far as these may still ask; ascending by ID. */
export function toldDestinations(
  { destinations }: PartnerCatalog,
  profile: Profile,
  now: number,
): readonly ToldDestination[] {
  return (profile.tellings ?? []).flatMap(({ destinationId, last, count }) => {
    const caps = destinations.destinations.find(({ id }) => id === destinationId)?.caps ?? null;
    if (caps === null) return [];
    const until = heldBackUntil(caps, destinationId, profile, now);
    const today = utcDay(last) === utcDay(now) ? count : 0;
    if (until === null && today === 0) return [];
    return [{ destinationId, last, today, heldBackUntil: until }];
  });
}

/** Those that are held back although the device is in a segment that is mapped to them. */
export function heldBackOf(
  partner: PartnerCatalog,
  sid: SegmentId,
  profile: Profile,
  now: number,
): readonly ToldDestination[] {
  const { mappingsBySegment, destinations } = partner.destinations;
  const mapped = new Set(
    (mappingsBySegment.get(sid) ?? []).map(({ place }) => Number(destinations[place]?.id)),
  );
  return toldDestinations(partner, profile, now).filter(
    (told) => told.heldBackUntil !== null && mapped.has(told.destinationId),
  );
}

export function heldBackSentence({
  destinationId,
  last,
  today,
  heldBackUntil: until,
}: ToldDestination): string {
  const end = until === null ? "" : ` until ${timeText(until)}`;
  const often = today === 0 ? "" : `, ${times(today)} today`;
  return `Its caps hold destination ${destinationId} back${end}: told last at ${timeText(last)}${often}.`;
}
