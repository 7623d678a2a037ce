// How many bytes a profile is, by its traits: what the memory of a plan (docs/scale.md) is made of. A sum, not
// a measurement: the same on every machine.

import { asSegmentId, asTraitId } from "../../src/model/ids.ts";
import type { Profile } from "../../src/model/profile.ts";
import { DAY_MS, utcDay } from "../../src/model/time.ts";
import { encodeRecord } from "../../src/profiles/record.ts";
import { seededRandom } from "../../test/support/random.ts";
import { type Row, side } from "../harness.ts";

const NOW = Date.UTC(2026, 0, 1);
const PROFILES = 200;
/** Of the partner: sids of a profile lie so far apart. */
const TRAITS = 100_000;
const SEGMENTS = 20_000;
/** Within the life that a trait has where nobody says otherwise. */
const DAYS = 120;
const DAYS_OF_A_TRAIT = 3;
const TRAITS_OF_A_SEGMENT = 5;

export const RECORD_ROW: Row = {
  name: "record",
  run: async () =>
    [10, 100, 1_000].map((traits) => {
      const random = seededRandom(traits);
      const below = (limit: number) => random.below(limit);
      const lengths = Array.from({ length: PROFILES }, () => {
        return encodeRecord(profileOf(traits, below)).length;
      });
      const bytes = side(lengths, "bytes");
      return {
        row: `record.bytes_${traits}`,
        value: bytes.median,
        unit: "bytes",
        better: "lower",
        sides: { bytes },
        note: `a profile of ${traits} traits, each realized on up to ${DAYS_OF_A_TRAIT} of ${DAYS} days, in ${traits / TRAITS_OF_A_SEGMENT} segments`,
      } as const;
    }),
};

function profileOf(traits: number, below: (limit: number) => number): Profile {
  return {
    lastSeen: NOW,
    traits: numbers(traits, TRAITS, below).map((sid) => {
      const days = numbers(DAYS_OF_A_TRAIT, DAYS, below).map((ago) => NOW - (DAYS - ago) * DAY_MS);
      const [first = NOW] = days;
      return {
        sid: asTraitId(sid),
        first,
        last: days.at(-1) ?? first,
        days: days.flatMap((time) => [utcDay(time), 1 + below(3)]),
      };
    }),
    membership: numbers(traits / TRAITS_OF_A_SEGMENT, SEGMENTS, below).map((sid) => ({
      sid: asSegmentId(sid),
      since: NOW - below(DAYS * DAY_MS),
    })),
  };
}

/** So many different ones from 1 on, ascending. */
function numbers(count: number, limit: number, below: (limit: number) => number): number[] {
  const found = new Set<number>();
  while (found.size < count) found.add(1 + below(limit));
  return [...found].sort((a, b) => a - b);
}
