// Deltas for tests: built with defaults, or by chance as concurrent calls would make them.

import {
  asDestinationId,
  asSegmentId,
  asTraitId,
  type DeviceId,
  parseDeviceId,
} from "../../src/model/ids.ts";
import type { ProfileDelta } from "../../src/model/profile.ts";
import { DAY_MS, utcDay } from "../../src/model/time.ts";
import type { Random } from "./random.ts";

/** A delta that changes nothing but what is named. `realized` maps sids to lives in days. */
export function deltaOf(
  parts: Partial<Omit<ProfileDelta, "realized" | "gained" | "lost">> & {
    readonly realized?: Readonly<Record<number, number>>;
    readonly gained?: readonly number[];
    readonly lost?: readonly number[];
  } & { readonly at: number },
): ProfileDelta {
  const { realized = {}, gained = [], lost = [], ...rest } = parts;
  return {
    foldBeforeDay: 0,
    ...rest,
    realized: Object.entries(realized).map(([sid, ttlDays]) => ({
      sid: asTraitId(Number(sid)),
      ttlDays,
    })),
    gained: gained.map(asSegmentId),
    lost: lost.map(asSegmentId),
  };
}

/** The life of each trait that random deltas realize: short ones, so that runs end often. */
export const LIVES: Readonly<Record<number, number>> = {
  1: 0,
  2: 1,
  3: 2,
  4: 7,
  900: 30,
  70000: 1,
};

/** How long, in seconds, what was told of each destination matters: some not beyond the day. */
const MATTERS: Readonly<Record<number, number>> = { 5: 0, 7001: 3_600, 7002: 200_000 };

const SEGMENTS = [9001, 9002, 9003];
const DEVICES = [1, 2, 3].map(numberedDevice);

export function numberedDevice(number: number): DeviceId {
  const device = parseDeviceId(`${number}`.padStart(38, "0"));
  if (device === null) throw new Error(`No device has the number ${number}.`);
  return device;
}

export interface RandomDeltaOptions {
  readonly at: number;
  readonly seenOrder: number;
  readonly historyDays: number;
}

export function randomDelta(random: Random, options: RandomDeltaOptions): ProfileDelta {
  const { at, seenOrder, historyDays } = options;
  const realized = Object.fromEntries(Object.entries(LIVES).filter(() => random.chance(0.4)));
  const gained = SEGMENTS.filter(() => random.chance(0.2));
  const lost = SEGMENTS.filter((sid) => !gained.includes(sid) && random.chance(0.2));
  const evidence = SEGMENTS.flatMap((sid) =>
    DEVICES.filter(() => random.chance(0.1)).map((device) => ({
      sid: asSegmentId(sid),
      device,
      holds: random.chance(0.6),
    })),
  );
  const foldBeforeDay = utcDay(at) - historyDays;
  const membership = { at, seenOrder, foldBeforeDay, gained, lost, evidence };
  // Some calls are of another device, and change no more than membership.
  return random.chance(0.15)
    ? deltaOf({ ...membership, isSighting: false })
    : deltaOf({ ...membership, realized, ...(random.chance(0.5) ? randomlyTold(random) : {}) });
}

function randomlyTold(random: Random): Pick<ProfileDelta, "told"> {
  const told = Object.entries(MATTERS).flatMap(([id, forSeconds]) =>
    random.chance(0.5) ? [{ destinationId: asDestinationId(Number(id)), forSeconds }] : [],
  );
  return { told };
}

/** A time of that day: often its first or last millisecond, or its noon. */
export function timeOfDay(random: Random, day: number): number {
  const time = random.pick([0, DAY_MS - 1, DAY_MS / 2, random.below(DAY_MS)]);
  return day * DAY_MS + time;
}
