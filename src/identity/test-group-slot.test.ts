import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bucketOfSlot, dealSlots, HOLDOUT, SLOT_COUNT, testGroupSlot } from "./test-group-slot.ts";

interface Row {
  readonly id: string;
  readonly what: string;
  readonly groupId: string;
  readonly holdoutPct: number;
  readonly testPct: readonly number[];
  readonly unit: string;
  readonly slot: number;
  readonly bucket: string;
}

const url = new URL("../../cases/merging.json", import.meta.url);
// The file is ours: its form is what the rows' interface says; rows of other kinds are left out.
const rows = (JSON.parse(readFileSync(url, "utf8")) as readonly Row[]).filter(
  ({ what }) => what === "split",
);

test("the shared cases hold splits", () => assert.equal(rows.length, 5));

for (const { id, groupId, holdoutPct, testPct, unit, slot, bucket } of rows) {
  test(`case ${id}: ${unit} has slot ${slot}, in ${bucket}`, () => {
    assert.equal(testGroupSlot(groupId, unit), slot);
    const slots = dealSlots({ holdoutPercent: holdoutPct, testPercents: testPct });
    const expected = bucket === "holdout" ? HOLDOUT : Number(bucket.slice(1));
    assert.equal(bucketOfSlot(slots, slot), expected);
  });
}

// Holdout, test segments, and the slots of each.
const DEALS: readonly (readonly [number, readonly number[], readonly number[]])[] = [
  [0, [50, 50], [0, 5_000, 5_000]],
  [30, [50, 50], [3_000, 3_500, 3_500]],
  [0, [34, 33, 33], [0, 3_400, 3_300, 3_300]],
  [100, [50, 50], [10_000, 0, 0]],
  // 33.33 % of 9,999 slots and the like: what is left goes to the largest remainders, then in order.
  [0.01, [33, 33, 34], [1, 3_300, 3_300, 3_399]],
  [0.01, [50, 50], [1, 5_000, 4_999]],
  [7, [100], [700, 9_300]],
];

test("all slots are dealt, the odd ones to the largest remainders", () => {
  for (const [holdoutPercent, testPercents, expected] of DEALS) {
    const slots = dealSlots({ holdoutPercent, testPercents });
    assert.deepEqual(slots, expected);
    assert.equal(
      slots.reduce((sum, count) => sum + count, 0),
      SLOT_COUNT,
    );
  }
});

test("buckets meet without a gap", () => {
  const slots = [3_000, 3_500, 3_500];
  const buckets = [0, 2_999, 3_000, 6_499, 6_500, 9_999].map((slot) => bucketOfSlot(slots, slot));
  assert.deepEqual(buckets, [0, 0, 1, 1, 2, 2]);
  // A bucket without slots is nobody's.
  assert.equal(bucketOfSlot([0, 5_000, 5_000], 0), 1);
});
