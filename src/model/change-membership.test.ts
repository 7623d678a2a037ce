import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deltaOf, numberedDevice } from "../../test/support/store-deltas.ts";
import { applyDelta } from "./apply-delta.ts";
import { MAX_EVIDENCE } from "./change-membership.ts";
import { asSegmentId } from "./ids.ts";
import { EMPTY_PROFILE, latestOrder, type Profile, type ProfileDelta } from "./profile.ts";
import { DAY_MS } from "./time.ts";

const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const SEGMENT = asSegmentId(10);

/** A call of another device, which says of pairs whether they hold. */
function told(at: number, pairs: Readonly<Record<number, boolean>>, seenOrder = 0): ProfileDelta {
  const evidence = Object.entries(pairs).map(([number, holds]) => ({
    sid: SEGMENT,
    device: numberedDevice(Number(number)),
    holds,
  }));
  return deltaOf({ at, evidence, isSighting: false, seenOrder });
}

const after = (...deltas: readonly ProfileDelta[]): Profile =>
  deltas.reduce(applyDelta, EMPTY_PROFILE);

const devicesOf = ({ membership }: Profile): (number | null)[] =>
  membership.flatMap(({ evidence = [] }) =>
    evidence.map(({ device }) => (device === null ? null : Number(device))),
  );

describe("membership that rests on pairs", () => {
  it("is that of each pair, since the first of them, and ends with the last", () => {
    const both = after(told(NOON, { 2: true }), told(NOON + 5, { 1: true }));
    assert.deepEqual(both.membership, [
      {
        sid: SEGMENT,
        since: NOON,
        order: NOON + 5,
        evidence: [
          { device: numberedDevice(1), since: NOON + 5 },
          { device: numberedDevice(2), since: NOON },
        ],
      },
    ]);
    const one = applyDelta(both, told(NOON + 6, { 2: false }));
    assert.deepEqual(devicesOf(one), [1]);
    assert.equal(one.membership[0]?.since, NOON + 5);
    assert.deepEqual(applyDelta(one, told(NOON + 7, { 1: false })).membership, []);
  });

  it("stands beside membership that no pair stands for until that is ended", () => {
    const plain = after(deltaOf({ at: NOON, gained: [10], seenOrder: 0 }));
    const both = applyDelta(plain, told(NOON + 1, { 1: true }));
    assert.deepEqual(devicesOf(both), [null, 1]);
    const pair = applyDelta(
      both,
      deltaOf({ at: NOON + 2, lost: [10], seenOrder: latestOrder(both) }),
    );
    assert.deepEqual(devicesOf(pair), [1]);
  });

  it("takes of each pair the later word, whichever comes last", () => {
    const [enters, leaves] = [told(NOON, { 1: true }), told(NOON + 1, { 1: false })];
    assert.deepEqual(after(leaves, enters), after(enters, leaves));
    assert.deepEqual(after(leaves, enters).membership, []);
  });

  it("forgets a pair that is gone once no call can contradict it, though nobody sees the profile", () => {
    const gone = after(told(NOON, { 1: true, 2: true }), told(NOON + 1, { 1: false }));
    assert.equal(gone.left?.length, 1);
    const later = applyDelta(gone, told(NOON + 2 + DAY_MS, { 3: true }));
    assert.equal(later.left, undefined);
    assert.deepEqual(devicesOf(later), [2, 3]);
  });

  it(`keeps the latest ${MAX_EVIDENCE} pairs`, () => {
    const deltas = Array.from({ length: MAX_EVIDENCE + 1 }, (_, at) =>
      told(NOON + at, { [at + 1]: true }),
    );
    const devices = devicesOf(after(...deltas));
    assert.equal(devices.length, MAX_EVIDENCE);
    assert.ok(!devices.includes(1));
  });
});

describe("a call that does not see the profile", () => {
  it("does not let it live longer", () => {
    const seen = after(deltaOf({ at: NOON }), told(NOON + DAY_MS, { 1: true }));
    assert.equal(seen.lastSeen, NOON);
    assert.equal(after(told(NOON, { 1: true })).lastSeen, 0);
  });

  it("realizes nothing", () => {
    const delta = deltaOf({ at: NOON, realized: { 1: 120 }, isSighting: false });
    assert.throws(() => after(delta), /Invariant broken/);
  });
});
