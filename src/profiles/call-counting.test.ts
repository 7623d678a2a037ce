// Token buckets and sliding windows against what they mean, spelt out slowly.

import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { NOON } from "../../test/support/visitors.ts";
import { type CallTimes, callsIn, MAX_TIMES_IN_WINDOW, withCall } from "./sliding-window.ts";
import {
  bucketAt,
  type DrainedBucket,
  fullAt,
  waitForToken,
  withoutToken,
} from "./token-bucket.ts";

const seed = 11;

test("a bucket lets pass whom a bucket of fractions, filled every millisecond, would", () => {
  const random = seededRandom(seed);
  for (let round = 0; round < 30; round++) {
    const rate = { calls: 1 + random.below(7), windowMs: 1_000 * (1 + random.below(3)) };
    let bucket: DrainedBucket | null = null;
    // In parts of a token, since fractions of a call do not add up to calls.
    let parts = rate.calls * rate.windowMs;
    let now = NOON;
    for (let call = 0; call < 300; call++) {
      const passed = random.below(random.chance(0.2) ? 4_000 : 300);
      now += passed;
      parts = Math.min(rate.calls * rate.windowMs, parts + passed * rate.calls);
      bucket = bucketAt(bucket, rate, now);
      const wait = waitForToken(bucket);
      assert.equal(wait === 0, parts >= rate.windowMs, `seed ${seed}, round ${round}, ${call}`);
      if (wait > 0) {
        assert.ok(parts + wait * rate.calls >= rate.windowMs);
        assert.ok(parts + (wait - 1) * rate.calls < rate.windowMs);
        continue;
      }
      bucket = withoutToken(bucket, rate, now);
      parts -= rate.windowMs;
      assert.equal(bucketAt(bucket, rate, fullAt(bucket)), null);
      assert.notEqual(bucketAt(bucket, rate, fullAt(bucket) - 1), null);
    }
  }
});

test("a window has counted too many whenever a list of all calls has", () => {
  const random = seededRandom(seed);
  for (let round = 0; round < 30; round++) {
    const window = { most: 1 + random.below(10), windowMs: 1_000 };
    const all: number[] = [];
    let times: CallTimes = [];
    let now = NOON;
    for (let call = 0; call < 300; call++) {
      now += random.below(random.chance(0.1) ? 2_000 : 200);
      all.push(now);
      times = withCall(times, window, now);
      const counted = all.filter((time) => time > now - window.windowMs).length;
      assert.equal(callsIn(times) > window.most, counted > window.most, `seed ${seed}, ${round}`);
      assert.ok(times.length <= 2 * (window.most + 1));
    }
  }
});

test("a window of very many calls stays bounded, and counts nobody for longer", () => {
  const window = { most: 100_000, windowMs: 60_000 };
  let times: CallTimes = [];
  for (let call = 0; call < 3 * MAX_TIMES_IN_WINDOW; call++) {
    times = withCall(times, window, NOON + call);
    assert.ok(times.length <= 2 * MAX_TIMES_IN_WINDOW);
  }
  assert.equal(callsIn(times), 3 * MAX_TIMES_IN_WINDOW);
  const after = withCall(times, window, NOON + 3 * MAX_TIMES_IN_WINDOW + window.windowMs);
  assert.equal(callsIn(after), 1);
});

test("calls that come a little out of order, or after the clock was set back, are counted", () => {
  const window = { most: 10, windowMs: 1_000 };
  let times: CallTimes = [];
  for (const at of [5, 3, 5, 4]) times = withCall(times, window, NOON + at);
  assert.equal(callsIn(times), 4);
  assert.equal(callsIn(withCall(times, window, NOON - 100_000)), 1);
});
