// Where a fault of ours becomes a lesser answer instead of no answer: the only place in `event/` that
// catches. A call that lost its rules or its history still says who the visitor is.

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { IdentityKey } from "../model/identity.ts";
import type { DeviceId } from "../model/ids.ts";
import { type Profile, UNREAD_PROFILE } from "../model/profile.ts";
import type { ProfileKey } from "../profiles/store.ts";
import type { VisitorsAtHand } from "../profiles/visitor-store.ts";
import type { Found, Wanted, WholePlan } from "./qualify/qualify.ts";
import type { EventWorld } from "./world.ts";

/** A step's outcome, and the warning that goes with a lesser one. */
export interface Outcome<T> {
  readonly value: T;
  readonly errors: readonly EventError[];
}

const NO_ERRORS: readonly EventError[] = [];

/** What rules say, or the fallback with error 10 where they could not be evaluated. */
export function evaluateOr<T>(
  world: EventWorld,
  step: string,
  fallback: T,
  evaluate: () => T,
): Outcome<T> {
  try {
    return { value: evaluate(), errors: NO_ERRORS };
  } catch (fault) {
    world.reportFault(step, fault);
    return { value: fallback, errors: [eventError(10)] };
  }
}

/** The stored profiles; one that cannot be read is empty, with error 200: what is left is evaluated without it. */
export async function loadOr200(
  world: EventWorld,
  keys: readonly ProfileKey[],
  device: DeviceId,
): Promise<Outcome<readonly Profile[]>> {
  try {
    return { value: await world.store.load(keys), errors: NO_ERRORS };
  } catch (fault) {
    world.reportFault("load", fault);
    const error = eventError(200, device);
    if (keys.length === 1) return { value: [UNREAD_PROFILE], errors: [error] };
    // They may lie on several servers, of which one is gone.
    const readings = await Promise.allSettled(keys.map((key) => world.store.load([key])));
    const value = readings.map((reading) =>
      reading.status === "fulfilled" ? (reading.value[0] ?? UNREAD_PROFILE) : UNREAD_PROFILE,
    );
    const isWhole = readings.every(({ status }) => status === "fulfilled");
    return { value, errors: isWhole ? NO_ERRORS : [error] };
  }
}

/** Of whom, and what the store has at hand where the caller knows it already. */
interface AskedAtHand {
  readonly device: DeviceId;
  readonly known: VisitorsAtHand | undefined;
}

/** The same without waiting; null where the store has nothing at hand. */
export function profilesAtHand(
  world: EventWorld,
  { profiles }: Pick<WholePlan, "profiles">,
  { device, known }: AskedAtHand,
): Outcome<readonly Profile[]> | null {
  try {
    const atHand = known ?? world.store.atHand?.();
    if (atHand === undefined) return null;
    return { value: profiles.map((key) => atHand.profile(key)), errors: NO_ERRORS };
  } catch (fault) {
    world.reportFault("load", fault);
    return { value: profiles.map(() => UNREAD_PROFILE), errors: [eventError(200, device)] };
  }
}

/**
 * Who else belongs to the visitor, as far as it can be read: errors 201 and 202 for people and devices
 * whose links cannot be, 203 for a device's cluster. What is missing is null, and is not read.
 */
export async function findOr203(
  world: EventWorld,
  { identities, clusters }: Wanted,
  device: DeviceId,
): Promise<Outcome<Found>> {
  const errors: EventError[] = [];
  const found: Found = {
    identities: await orNulls(world, identities, errors),
    clusters: await Promise.all(
      clusters.map(({ dataSourceId, device: of }) =>
        world.store.graphs.clusterOf(dataSourceId, of).catch((fault: unknown) => {
          world.reportFault("clusters", fault);
          errors.push(eventError(203, device));
          return null;
        }),
      ),
    ),
  };
  return { value: found, errors };
}

async function orNulls(
  world: EventWorld,
  keys: readonly IdentityKey[],
  errors: EventError[],
): Promise<Found["identities"]> {
  if (keys.length === 0) return [];
  try {
    return await world.store.loadIdentities(keys);
  } catch (fault) {
    world.reportFault("identities", fault);
    const readings = await Promise.allSettled(keys.map((key) => world.store.loadIdentities([key])));
    return readings.map((reading, place) => {
      if (reading.status === "fulfilled") return reading.value[0] ?? null;
      const key = keys[place];
      if (key !== undefined) errors.push(unreadable(key));
      return null;
    });
  }
}

function unreadable(key: IdentityKey): EventError {
  return key.kind === "device"
    ? eventError(202, key.device)
    : eventError(201, `${key.dataSourceId}%01${key.id}`);
}
