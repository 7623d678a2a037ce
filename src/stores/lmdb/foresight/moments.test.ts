import assert from "node:assert/strict";
import { test } from "node:test";
import { numberedDevice } from "../../../../test/support/store-deltas.ts";
import { Moments } from "./moments.ts";

const device = numberedDevice(1);
const other = numberedDevice(2);

/** After a transaction of ours with this number, which wrote a profile. */
function momentsAfter(transaction: number): Moments {
  const moments = new Moments();
  moments.begin(transaction);
  moments.profileWritten(null);
  moments.end();
  return moments;
}

function stands(moments: Moments, since: number | undefined): readonly boolean[] {
  return [moments.profileStands(device, since), moments.identityStands(since)];
}

test("what was seen after our last transaction stands in our next one, if that is the next of all", () => {
  const moments = momentsAfter(7);
  const since = moments.now;
  moments.begin(8);
  assert.deepEqual(stands(moments, since), [true, true]);
  assert.deepEqual(stands(moments, undefined), [false, false]);
});

test("nothing stands once another process has committed in between", () => {
  const moments = momentsAfter(7);
  moments.begin(9);
  assert.deepEqual(stands(moments, moments.now), [false, false]);
});

test("what was seen before our last transaction stands where that has left it as it was", () => {
  const moments = momentsAfter(7);
  const since = moments.now;
  moments.begin(8);
  moments.profileWritten(other);
  // Calls go on while the disk is being told.
  assert.equal(moments.now, since);
  moments.end();
  moments.begin(9);
  assert.deepEqual(stands(moments, since), [true, true]);
  assert.equal(moments.profileStands(other, since), false);
  assert.equal(moments.profileStands(other, moments.now), true);
  moments.identitiesWritten();
  moments.profileWritten(null);
  moments.end();
  const seenBy9 = moments.now - 1;
  moments.begin(10);
  assert.deepEqual(stands(moments, seenBy9), [true, false]);
  assert.deepEqual(stands(moments, since), [false, false]);
});

test("what was seen before our last transaction stands no more where somebody came before or after that", () => {
  for (const [last, next] of [
    [9, 10],
    [8, 10],
  ] as const) {
    const moments = momentsAfter(7);
    const since = moments.now;
    moments.begin(last);
    moments.profileWritten(null);
    moments.end();
    moments.begin(next);
    assert.deepEqual(stands(moments, since), [false, false]);
  }
});

test("a failed transaction is no last one", () => {
  const moments = momentsAfter(7);
  const since = moments.now;
  moments.begin(8);
  moments.profileWritten(other);
  moments.begin(8);
  moments.profileWritten(null);
  moments.end();
  moments.begin(9);
  assert.deepEqual(stands(moments, since), [true, true]);
  assert.equal(moments.profileStands(other, since), true);
});

test("nothing stands in the first transaction, before which anybody may have committed", () => {
  const moments = new Moments();
  moments.begin(1);
  assert.deepEqual(stands(moments, moments.now), [false, false]);
});

test("a transaction that wrote nothing leaves its number to others, and is no proof", () => {
  const moments = momentsAfter(7);
  moments.begin(8);
  moments.end();
  // Another process has taken number 8 meanwhile.
  moments.begin(9);
  assert.deepEqual(stands(moments, moments.now), [false, false]);
});

test("a transaction that failed has changed nothing", () => {
  const moments = momentsAfter(7);
  const since = moments.now;
  moments.begin(8);
  moments.profileWritten(device);
  moments.begin(8);
  assert.deepEqual(stands(moments, since), [true, true]);
});

test("within a transaction, what it has written stands no more", () => {
  const moments = momentsAfter(7);
  const since = moments.now;
  moments.begin(8);
  moments.profileWritten(other);
  assert.deepEqual(stands(moments, since), [true, true]);
  moments.profileWritten(device);
  assert.deepEqual(stands(moments, since), [false, true]);
  moments.identitiesWritten();
  assert.deepEqual(stands(moments, since), [false, false]);
});

test("nothing stands once a transaction has forgotten everybody, nor in the one after it", () => {
  const moments = momentsAfter(7);
  moments.begin(8);
  moments.everybodyForgotten();
  assert.deepEqual(stands(moments, moments.now), [false, false]);
  moments.profileWritten(device);
  moments.end();
  moments.begin(9);
  assert.deepEqual(stands(moments, moments.now), [false, false]);
});
