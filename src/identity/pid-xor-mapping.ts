// The mapping of migrated partners: existing pairs of UUID and MID stay valid. Whoever guesses two
// partners' IDs can link their MIDs; `keyed` is for everybody else.

import type { Halves } from "./halves.ts";
import { mappingOf } from "./halves.ts";
import type { IdMapping } from "./id-mapping.ts";

const HALF_BITS = 63;

export function pidXorMapping(pid: number): IdMapping {
  const mask = pidMask(pid);
  const flip = ({ high, low }: Halves): Halves => ({ high: high ^ mask, low: low ^ mask });
  return mappingOf(flip, flip);
}

/** The partner's ID in binary, as often as it fits into 63 bits ("DCS and visitor-ID service", UUID and MID). */
export function pidMask(pid: number): bigint {
  const bits = pid.toString(2);
  return BigInt(`0b${bits.repeat(Math.floor(HALF_BITS / bits.length))}`);
}
