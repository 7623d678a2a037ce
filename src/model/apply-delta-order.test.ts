// Deltas commute: the property on which concurrent calls, two stores and every retry rest.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Random, seededRandom } from "../../test/support/random.ts";
import { LIVES, randomDelta, timeOfDay } from "../../test/support/store-deltas.ts";
import { encodeRecord } from "../profiles/record.ts";
import { applyDelta } from "./apply-delta.ts";
import { EMPTY_PROFILE, latestOrder, type Profile, type ProfileDelta } from "./profile.ts";
import { DAY_MS, utcDay } from "./time.ts";
import { LATENESS_MS } from "./trait-run.ts";

const DAY = 20_000;
const CASES = 3_000;

describe("deltas in any order", () => {
  it("give one profile and one record, within the lateness allowed", () => {
    for (let seed = 1; seed <= CASES; seed++) {
      const random = seededRandom(seed);
      const base = randomHistory(random).reduce(applyDelta, EMPTY_PROFILE);
      const deltas = concurrentDeltas(random, base);
      const [expected, ...others] = permutations(deltas).map((order) =>
        order.reduce(applyDelta, base),
      );
      assert.ok(expected);
      const record = encodeRecord(expected);
      for (const other of others) {
        assert.deepEqual(other, expected, `seed ${seed}`);
        assert.deepEqual(encodeRecord(other), record, `seed ${seed}`);
      }
    }
  });

  it("count what a walk through all realizations, in the order of their times, counts", () => {
    for (let seed = 1; seed <= CASES; seed++) {
      const random = seededRandom(seed);
      const deltas = randomHistory(random);
      const profile = nearlyInOrder(random, deltas).reduce(applyDelta, EMPTY_PROFILE);
      for (const sid of Object.keys(LIVES).map(Number)) {
        const record = profile.traits.find((trait) => trait.sid === sid);
        const run = record && { first: record.first, last: record.last, days: record.days };
        assert.deepEqual(run, walk(deltas, sid), `seed ${seed}, trait ${sid}`);
      }
    }
  });

  it("end in the same profile when chunks of them were retried on other workers", () => {
    // Three workers each hold back their deltas for up to the lateness, then store them.
    for (let seed = 1; seed <= CASES / 3; seed++) {
      const random = seededRandom(seed);
      const deltas = randomHistory(random);
      const expected = nearlyInOrder(random, deltas).reduce(applyDelta, EMPTY_PROFILE);
      const other = nearlyInOrder(random, deltas).reduce(applyDelta, EMPTY_PROFILE);
      assert.deepEqual(other, expected, `seed ${seed}`);
    }
  });
});

const HISTORY_DAYS = 400;

/** Calls of some weeks, in the order of their times. */
function randomHistory(random: Random): ProfileDelta[] {
  const deltas: ProfileDelta[] = [];
  let day = DAY;
  for (let count = random.below(12); count > 0; count--) {
    day += random.pick([0, 0, 1, 1, 2, 3, 8, 9, 31]);
    const historyDays = HISTORY_DAYS;
    deltas.push(randomDelta(random, { at: timeOfDay(random, day), seenOrder: 0, historyDays }));
  }
  return deltas.sort((a, b) => a.at - b.at);
}

/** Up to four calls of one day's span, none of them later than allowed. */
function concurrentDeltas(random: Random, base: Profile): ProfileDelta[] {
  const lives = Object.values(LIVES).filter((life) => life > 0);
  const lastDay = base.lastSeen === 0 ? DAY : utcDay(base.lastSeen);
  // About the midnight at which something of the base ends.
  const middle = (lastDay + random.pick([0, 1, ...lives.map((life) => life + 1)])) * DAY_MS;
  const seen = latestOrder(base);
  const youngest = Math.max(base.lastSeen, seen);
  const from = Math.max(middle - random.below(LATENESS_MS + 1), youngest - LATENESS_MS);
  return Array.from({ length: 2 + random.below(3) }, () => {
    const offset = random.pick([0, LATENESS_MS, random.below(LATENESS_MS), middle - from]);
    return randomDelta(random, {
      at: from + Math.min(Math.max(offset, 0), LATENESS_MS),
      seenOrder: random.pick([seen, seen, 0]),
      historyDays: random.pick([0, 1, 5, 120]),
    });
  });
}

/** Shuffled so that none comes more than the lateness after a younger one. */
function nearlyInOrder(random: Random, deltas: readonly ProfileDelta[]): ProfileDelta[] {
  const arrivals = deltas.map((delta) => ({ delta, at: delta.at + random.below(LATENESS_MS) }));
  return arrivals.sort((a, b) => a.at - b.at).map(({ delta }) => delta);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** The slow twin: what a trait's record says once all realizations are known. */
function walk(
  deltas: readonly ProfileDelta[],
  sid: number,
): { first: number; last: number; days: number[] } | undefined {
  const life = LIVES[sid] ?? 0;
  let run: { first: number; last: number; counts: Map<number, number> } | undefined;
  for (const { at, realized } of deltas) {
    if (!realized.some((realization) => realization.sid === sid)) continue;
    const ended = run !== undefined && life > 0 && utcDay(at) > utcDay(run.last) + life;
    if (run === undefined || ended) run = { first: at, last: at, counts: new Map() };
    run.last = at;
    run.counts.set(utcDay(at), (run.counts.get(utcDay(at)) ?? 0) + 1);
  }
  return run && { first: run.first, last: run.last, days: [...run.counts].flat() };
}
