// The definitions and the calls of the `/event` rows: a partner with 1,000 traits and 200 segments, and
// calls of visitors that are known already, each with 15 signals. Around them any number of further rules
// that no call fulfils, to see what these cost.

import type { Random } from "../../test/support/random.ts";

const PID = 1957;
export const ALIAS = "bench";
const DATA_SOURCE = 1002;
const FIRST_TRAIT = 10_000;
const FIRST_SEGMENT = 50_000;

const FIRST_IDLE_TRAIT = 200_000;
const FIRST_IDLE_SEGMENT = 500_000;

export const SHOP: ShopSize = { traits: 1_000, segments: 200, idleTraits: 0, idleSegments: 0 };
const KEYS = 100;
const VALUES = 10;
const SIGNALS_PER_CALL = 15;

export interface ShopSize {
  /** Rules that calls fulfil now and then. */
  readonly traits: number;
  readonly segments: number;
  /** Rules that no call ever fulfils, over the same keys and over others. */
  readonly idleTraits: number;
  readonly idleSegments: number;
}

export function shopWorkspace(random: Random, size: ShopSize = SHOP): object {
  // Before anything idle: the same ones, however much of that there is.
  const traits = numbered(size.traits, (index) => trait(FIRST_TRAIT + index, traitRule(random)));
  const segments = numbered(size.segments, (index) =>
    segment(FIRST_SEGMENT + index, segmentRule(random, FIRST_TRAIT, size.traits)),
  );
  return {
    partners: [
      {
        pid: PID,
        alias: ALIAS,
        name: "Bench",
        orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg",
        traitsInResponse: true,
      },
    ],
    dataSources: [{ dataSourceId: DATA_SOURCE, pid: PID, name: "Site", idType: "COOKIE" }],
    traits: [
      ...traits,
      ...numbered(size.idleTraits, (index) =>
        trait(FIRST_IDLE_TRAIT + index, idleTraitRule(random)),
      ),
    ],
    segments: [
      ...segments,
      ...numbered(size.idleSegments, (index) =>
        segment(FIRST_IDLE_SEGMENT + index, segmentRule(random, FIRST_IDLE_TRAIT, size.idleTraits)),
      ),
    ],
  };
}

function numbered<T>(length: number, build: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => build(index));
}

function trait(sid: number, traitRule: string): object {
  return { sid, pid: PID, dataSourceId: DATA_SOURCE, name: `Trait ${sid}`, traitRule };
}

function segment(sid: number, segmentRule: string): object {
  return { sid, pid: PID, dataSourceId: DATA_SOURCE, name: `Segment ${sid}`, segmentRule };
}

function key(random: Random): string {
  return `k${random.below(KEYS)}`;
}

function value(random: Random): string {
  return `value-${random.below(VALUES)}`;
}

function traitRule(random: Random): string {
  const one = `${key(random)} == "${value(random)}"`;
  const kind = random.next();
  if (kind < 0.6) return one;
  if (kind < 0.8) return `${one} AND ${key(random)} == "${value(random)}"`;
  if (kind < 0.9)
    return `(${one} OR ${key(random)} startswith "value") AND n${random.below(5)} > 50`;
  return `${key(random)} contains "-${random.below(VALUES)}" AND NOT ${one}`;
}

/** Half over the keys of calls, with values that none has; half over keys that none has. */
function idleTraitRule(random: Random): string {
  const idleKey = random.chance(0.5) ? key(random) : `idle${random.below(2_000)}`;
  const one = `${idleKey} == "idle-${random.below(500)}"`;
  const kind = random.next();
  if (kind < 0.7) return one;
  if (kind < 0.9) return `${one} AND ${key(random)} == "${value(random)}"`;
  return `${one} OR idle${random.below(2_000)} contains "idle"`;
}

function segmentRule(random: Random, firstTrait: number, traitCount: number): string {
  const trait = () => `${firstTrait + random.below(traitCount)}T`;
  const kind = random.next();
  if (kind < 0.5) return `${trait()} AND (${trait()} OR ${trait()})`;
  if (kind < 0.8) return `${trait()} OR ${trait()} OR ${trait()}`;
  if (kind < 0.9) return `${trait()} AND NOT ${trait()}`;
  return `frequency([${trait()}, ${trait()}] <= 7D) >= 2`;
}

export interface RequestForm {
  /** What the caller asks to be told; nothing gets the pixel. */
  readonly asked: string;
}

export const FULL_ANSWER: RequestForm = { asked: "d_rtbd=json&d_cts=2&d_dst=1" };
export const PIXEL: RequestForm = { asked: "" };

/** Requests as they stand on the wire, each of another visitor. */
export function shopRequests(
  random: Random,
  count: number,
  { asked }: RequestForm = FULL_ANSWER,
): string[] {
  return Array.from({ length: count }, () => {
    const signals = Array.from(
      { length: SIGNALS_PER_CALL - 1 },
      () => `${key(random)}=${value(random)}`,
    );
    signals.push(`n${random.below(5)}=${random.below(100)}`);
    const query = [`d_uuid=${uuid(random)}`, ...(asked === "" ? [] : [asked]), ...signals].join(
      "&",
    );
    return `GET /event?${query} HTTP/1.1\r\nHost: ${ALIAS}.dcs.localhost\r\n\r\n`;
  });
}

/** Two halves of 63 bits, 19 digits each: the same seed names the same visitors. */
function uuid(random: Random): string {
  const half = () => {
    const bits = (BigInt(random.below(2 ** 31)) << 32n) | BigInt(random.below(2 ** 32));
    return String(bits).padStart(19, "0");
  };
  return half() + half();
}
