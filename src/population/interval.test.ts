import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { intervalOf, sumOfIntervals } from "./interval.ts";

/** Draws samples of runs of 100 from a million profiles, and gives how often the interval holds the truth. */
function coverage(share: number, runLength: number, seed: number): number {
  const random = seededRandom(seed);
  const population = 1_000_000;
  let covered = 0;
  const draws = 400;
  for (let draw = 0; draw < draws; draw++) {
    const runs = Array.from({ length: 200 }, () => {
      let found = 0;
      // Neighbours are alike in stretches: within one all are in the segment, or none.
      for (let at = 0; at < 100; at += runLength) if (random.chance(share)) found += runLength;
      return { visited: 100, found };
    });
    const { low, high } = intervalOf(runs, population);
    if (low <= share * population && share * population <= high) covered++;
  }
  return covered / draws;
}

test("an interval holds the truth in nine of ten draws or more, also where neighbours are alike", () => {
  for (const [seed, share] of [0.5, 0.1, 0.01, 0.001, 0].entries()) {
    assert.ok(coverage(share, 1, seed) >= 0.92, `share ${share}`);
  }
  for (const [seed, share] of [0.5, 0.1, 0.03].entries()) {
    assert.ok(coverage(share, 20, 10 + seed) >= 0.9, `share ${share}, alike`);
  }
});

test("of whom all were looked at the number is exact", () => {
  const runs = [
    { visited: 60, found: 7 },
    { visited: 40, found: 0 },
  ];
  assert.deepEqual(intervalOf(runs, 100), { estimate: 7, low: 7, high: 7 });
  assert.deepEqual(intervalOf([], 0), { estimate: 0, low: 0, high: 0 });
});

test("nobody found among some does not mean that there is nobody", () => {
  const { estimate, low, high } = intervalOf([{ visited: 1_000, found: 0 }], 1_000_000);
  assert.deepEqual([estimate, low], [0, 0]);
  assert.ok(high > 3_000 && high < 5_000);
});

test("parts that were sampled apart make an interval narrower than the sum of theirs", () => {
  const part = { estimate: 100, low: 70, high: 140 };
  assert.deepEqual(sumOfIntervals([part]), part);
  assert.deepEqual(sumOfIntervals([part, part]), { estimate: 200, low: 157, high: 257 });
});
