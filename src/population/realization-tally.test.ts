import assert from "node:assert/strict";
import { test } from "node:test";
import { recordOf } from "../../test/support/trait-history.ts";
import { DAY_MS } from "../model/time.ts";
import { RealizationTally } from "./realization-tally.ts";

const TODAY = 20_000;
const NOW = TODAY * DAY_MS + 12 * 3_600_000;
const YEARS = 1_000;

/** So many days ago, so often. */
type Day = readonly [daysAgo: number, count: number];

function metricsOf(profiles: readonly (readonly Day[])[], ttl = 120, isCounted = true) {
  const tally = new RealizationTally([{ sid: 7, ttl, isCounted }], { now: NOW, today: TODAY });
  for (const days of profiles) {
    tally.add([
      recordOf(
        7,
        days.map(([ago, count]) => [NOW - ago * DAY_MS, count]),
      ),
    ]);
  }
  const metrics = tally.metrics(YEARS).get(7);
  assert.ok(metrics);
  return metrics;
}

test("a range is the whole days before today: who came back today counts by the days before", () => {
  const { uniques, counts, holders, realizations } = metricsOf([
    [[0, 3]],
    [
      [1, 2],
      [0, 1],
    ],
    [[7, 1]],
    [
      [8, 5],
      [0, 1],
    ],
    [
      [90, 1],
      [30, 1],
    ],
    [[91, 4]],
  ]);
  assert.deepEqual(uniques, [1, 2, 3, 4, 4, 4]);
  assert.deepEqual(counts, [2, 3, 8, 9, 9, 10]);
  assert.deepEqual([holders, realizations], [6, 19]);
});

test("what a trait's life does not let profiles keep is not told", () => {
  const { uniques, counts, holders, stored } = metricsOf([[[1, 2]], [[6, 1]], [[20, 1]]], 14);
  assert.deepEqual(uniques, [1, 2, 2, null, null, null]);
  assert.deepEqual(counts, [2, 3, 3, null, null, null]);
  assert.deepEqual([holders, stored], [2, 3]);
});

test("a trait that never ends is told of as long as profiles are kept", () => {
  const tally = new RealizationTally([{ sid: 7, ttl: 0, isCounted: true }], {
    ...{ now: NOW, today: TODAY },
  });
  assert.deepEqual(tally.metrics(30).get(7)?.uniques, [0, 0, 0, 0, null, null]);
});

test("realizations of onboarded traits are not counted, but those who hold them are", () => {
  const { uniques, counts, realizations } = metricsOf([[[2, 4]]], 120, false);
  assert.deepEqual([uniques[1], counts[1], realizations], [1, 0, 0]);
});
