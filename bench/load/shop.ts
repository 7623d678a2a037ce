// The definitions and the calls of the `/event` rows: a partner with 1,000 traits and 200 segments, and
// calls of visitors that are known already, each with 15 signals.

import { randomBytes } from "node:crypto";
import type { Random } from "../../test/support/random.ts";

const PID = 1957;
export const ALIAS = "bench";
const DATA_SOURCE = 1002;
const FIRST_TRAIT = 10_000;
const FIRST_SEGMENT = 50_000;

const TRAITS = 1_000;
const SEGMENTS = 200;
const KEYS = 100;
const VALUES = 10;
const SIGNALS_PER_CALL = 15;

export function shopWorkspace(random: Random): object {
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
    traits: Array.from({ length: TRAITS }, (_, index) => ({
      sid: FIRST_TRAIT + index,
      pid: PID,
      dataSourceId: DATA_SOURCE,
      name: `Trait ${index}`,
      traitRule: traitRule(random),
    })),
    segments: Array.from({ length: SEGMENTS }, (_, index) => ({
      sid: FIRST_SEGMENT + index,
      pid: PID,
      dataSourceId: DATA_SOURCE,
      name: `Segment ${index}`,
      segmentRule: segmentRule(random),
    })),
  };
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

function segmentRule(random: Random): string {
  const trait = () => `${FIRST_TRAIT + random.below(TRAITS)}T`;
  const kind = random.next();
  if (kind < 0.5) return `${trait()} AND (${trait()} OR ${trait()})`;
  if (kind < 0.8) return `${trait()} OR ${trait()} OR ${trait()}`;
  if (kind < 0.9) return `${trait()} AND NOT ${trait()}`;
  return `frequency([${trait()}, ${trait()}] <= 7D) >= 2`;
}

/** Requests as they stand on the wire, each of another visitor. */
export function shopRequests(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => {
    const signals = Array.from(
      { length: SIGNALS_PER_CALL - 1 },
      () => `${key(random)}=${value(random)}`,
    );
    signals.push(`n${random.below(5)}=${random.below(100)}`);
    const query = `d_uuid=${uuid()}&d_rtbd=json&d_cts=2&${signals.join("&")}`;
    return `GET /event?${query} HTTP/1.1\r\nHost: ${ALIAS}.dcs.localhost\r\n\r\n`;
  });
}

/** Two halves of 63 bits, 19 digits each. */
function uuid(): string {
  const half = () => String(randomBytes(8).readBigUInt64BE() >> 1n).padStart(19, "0");
  return half() + half();
}
