// Test groups split a segment's visitors at random and for good: a visitor's slot follows from the group
// and the visitor alone ("Audience model", Test groups).

import { createHash } from "node:crypto";

/** A group deals this many slots to its holdout and test segments. */
export const SLOT_COUNT = 10_000;

/** The bucket of those whom the group leaves out; test segments are 1, 2, 3 … */
export const HOLDOUT = 0;

/**
 * The slot of a visitor in a group, from 0. `unit` is `dpid:dpuuid` of the first data source that resolved,
 * so that a person has one slot on all devices, and else the device's ID.
 */
export function testGroupSlot(groupId: string, unit: string): number {
  const digest = createHash("sha256").update(`${groupId}|${unit}`).digest();
  return Number(digest.readBigUInt64BE(0) % BigInt(SLOT_COUNT));
}

/** How a group is split. Percentages of the test segments are of what the holdout leaves, and add to 100. */
export interface TestGroupSplit {
  readonly holdoutPercent: number;
  readonly testPercents: readonly number[];
}

/**
 * How many slots the holdout and each test segment get, in this order: in all exactly `SLOT_COUNT`. Whole
 * shares are dealt first, the slots left over go to the largest remainders, of equal ones to the first.
 */
export function dealSlots({ holdoutPercent, testPercents }: TestGroupSplit): number[] {
  const tested = 100 - holdoutPercent;
  const shares = [
    (holdoutPercent * SLOT_COUNT) / 100,
    ...testPercents.map((percent) => (percent * tested * SLOT_COUNT) / 10_000),
  ];
  const slots = shares.map(Math.floor);
  const left = SLOT_COUNT - slots.reduce((sum, count) => sum + count, 0);
  const byRemainder = shares
    .map((share, bucket) => ({ bucket, remainder: share - Math.floor(share) }))
    .sort((one, other) => other.remainder - one.remainder || one.bucket - other.bucket);
  for (const { bucket } of byRemainder.slice(0, Math.max(left, 0))) {
    slots[bucket] = (slots[bucket] ?? 0) + 1;
  }
  return slots;
}

/** Where a slot belongs: `HOLDOUT`, or a test segment from 1. */
export function bucketOfSlot(slots: readonly number[], slot: number): number {
  let end = 0;
  return slots.findIndex((count) => {
    end += count;
    return slot < end;
  });
}
