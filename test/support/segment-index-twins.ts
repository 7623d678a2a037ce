// Sets two segment indexes against one another on seeded rules and profiles.

import assert from "node:assert/strict";
import type { Profile } from "../../src/model/profile.ts";
import { DAY_MS, utcDay } from "../../src/model/time.ts";
import { FastSegmentIndex } from "../../src/rules/segment-index/fast-segment-index.ts";
import type { SegmentIndex } from "../../src/rules/segment-index/segment-index.ts";
import { buildSlowSegmentIndex } from "../../src/rules/segment-index/slow-segment-index.ts";
import { seededRandom } from "./random.ts";
import { randomProfile, randomSegments, randomTraits } from "./random-segment-rules.ts";

const TODAY = 20_000;
const TIMES_OF_DAY = [0, 1, DAY_MS / 2, DAY_MS - 1] as const;
const OLDEST_DAYS = 15;
/** By then every window of the random rules has run out, and every life but the longest. */
const DAYS_AHEAD = 40;

export interface TwinsCount {
  pairs: number;
  qualified: number;
  /** Answers that change in the days ahead, and how many of those were foretold to the day. */
  changing: number;
  foretold: number;
}

/** One seed's rules on a few profiles; throws with the seed where the twins differ. */
export function compareTwins(seed: number, count: TwinsCount): void {
  const random = seededRandom(seed);
  const traitCount = random.pick([12, 30, 60]);
  const traits = randomTraits(random, traitCount);
  const segments = randomSegments(random, 20, traitCount);
  // The third profile begins the count of generations anew.
  const fast = new FastSegmentIndex(segments, traits.lookup, 2);
  const slow = buildSlowSegmentIndex(segments, traits.lookup);
  for (let profiles = 0; profiles < 4; profiles++) {
    const now = TODAY * DAY_MS + random.pick(TIMES_OF_DAY);
    const size = random.below(14);
    const profile = randomProfile(random, {
      traits: traits.baseTraits,
      size,
      now,
      oldestDays: OLDEST_DAYS,
    });
    const answer = fast.qualified(profile, now);
    const expected = slow.qualified(profile, now);
    assert.deepEqual(answer.segments, expected.segments, `seed ${seed}`);
    assert.ok(answer.changesAt > now, `seed ${seed}: the answer changes before it is given`);
    assert.ok(answer.changesAt >= expected.changesAt, `seed ${seed}: earlier than any event`);
    const changesAt = trueChange(slow, profile, now);
    assert.ok(answer.changesAt <= changesAt, `seed ${seed}: changes earlier than foretold`);
    count.pairs += segments.length;
    count.qualified += answer.segments.length;
    if (changesAt === Number.POSITIVE_INFINITY) continue;
    count.changing += 1;
    if (answer.changesAt === changesAt) count.foretold += 1;
  }
}

/** The first of the midnights ahead at which the answer is another one. */
function trueChange(index: Pick<SegmentIndex, "qualified">, profile: Profile, now: number): number {
  const before = index.qualified(profile, now).segments.join();
  for (let day = utcDay(now) + 1; day <= utcDay(now) + DAYS_AHEAD; day++) {
    const at = day * DAY_MS;
    // Within a day nothing changes: its last moment is like its first.
    if (index.qualified(profile, at).segments.join() !== before) return at;
  }
  return Number.POSITIVE_INFINITY;
}
