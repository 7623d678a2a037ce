// Where a fault of ours becomes a lesser answer instead of no answer: the only place in `event/` that
// catches. A call that lost its rules or its history still says who the visitor is.

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { DeviceId } from "../model/ids.ts";
import { EMPTY_PROFILE, type Profile } from "../model/profile.ts";
import type { ProfileKey } from "../profiles/store.ts";
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

/** The stored profile, or an empty one with error 200: the call's own signals are evaluated alone. */
export async function loadOr200(
  world: EventWorld,
  key: ProfileKey,
  device: DeviceId,
): Promise<Outcome<Profile>> {
  try {
    const [profile] = await world.profiles.load([key]);
    return { value: profile ?? EMPTY_PROFILE, errors: NO_ERRORS };
  } catch (fault) {
    world.reportFault("load", fault);
    return { value: EMPTY_PROFILE, errors: [eventError(200, device)] };
  }
}
