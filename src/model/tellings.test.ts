import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { deltaOf } from "../../test/support/store-deltas.ts";
import { applyDelta } from "./apply-delta.ts";
import { asDestinationId } from "./ids.ts";
import { EMPTY_PROFILE, type Profile, type ProfileDelta } from "./profile.ts";
import type { Telling } from "./tellings.ts";
import { DAY_MS, utcDay } from "./time.ts";

const PIXEL = asDestinationId(7001);
const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const HOUR_MS = 3_600_000;

function toldAt(at: number, forSeconds = 0): ProfileDelta {
  return deltaOf({ at, told: [{ destinationId: PIXEL, forSeconds }] });
}

function seenAt(at: number): ProfileDelta {
  return deltaOf({ at });
}

function after(...deltas: ProfileDelta[]): readonly Telling[] | undefined {
  return deltas.reduce(applyDelta, EMPTY_PROFILE).tellings;
}

describe("what a device was told of a destination with caps", () => {
  it("is the latest time, and how often it was on that day", () => {
    const last = NOON + HOUR_MS;
    const expected = [{ destinationId: PIXEL, last, count: 3, forSeconds: 0 }];
    assert.deepEqual(after(toldAt(NOON), toldAt(last), toldAt(NOON)), expected);
    const tomorrow = NOON + DAY_MS;
    const anew = [{ destinationId: PIXEL, last: tomorrow, count: 1, forSeconds: 0 }];
    assert.deepEqual(after(toldAt(NOON), toldAt(last), toldAt(tomorrow)), anew);
  });

  it("is gone with the first call of another day, where nothing asks for it longer", () => {
    const midnight = (utcDay(NOON) + 1) * DAY_MS;
    assert.equal(after(toldAt(NOON), seenAt(midnight - 1))?.length, 1);
    assert.equal(after(toldAt(NOON), seenAt(midnight)), undefined);
    assert.equal(after(seenAt(midnight), toldAt(NOON)), undefined);
  });

  it("stays for as long as an interval asks for it, and counts once on a later day", () => {
    const forSeconds = 48 * 3600;
    const end = NOON + forSeconds * 1000;
    const told = [toldAt(NOON, forSeconds), toldAt(NOON, forSeconds)];
    const kept = [{ destinationId: PIXEL, last: NOON, count: 1, forSeconds }];
    assert.deepEqual(after(...told, seenAt(end - 1)), kept);
    assert.equal(after(...told, seenAt(end)), undefined);
  });

  it("goes with a profile that has ended", () => {
    const forSeconds = 400 * 24 * 3600;
    const later = { ...seenAt(NOON + 200 * DAY_MS), lifeDays: 120 };
    assert.equal(after(toldAt(NOON, forSeconds), later), undefined);
  });

  it("leaves a profile that nobody told of one as it was", () => {
    assert.equal("tellings" in applyDelta(EMPTY_PROFILE, seenAt(NOON)), false);
  });

  it("is told to nobody whom the call does not see", () => {
    const unseen = { ...toldAt(NOON), isSighting: false };
    assert.throws(() => applyDelta(EMPTY_PROFILE, unseen), /Invariant broken/);
  });

  it("is what a walk through all calls finds, whatever their order", () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const random = seededRandom(seed);
      const forSeconds = random.pick([0, 3_600, 100_000, 300_000]);
      const calls = Array.from({ length: 1 + random.below(8) }, () => {
        const at = NOON + random.below(4 * DAY_MS);
        return random.chance(0.5) ? toldAt(at, forSeconds) : seenAt(at);
      });
      assert.deepEqual(after(...calls), walk(calls, forSeconds), `seed ${seed}`);
    }
  });
});

/** The slow twin. */
function walk(calls: readonly ProfileDelta[], forSeconds: number): Profile["tellings"] {
  const times = calls.flatMap(({ at, told }) => (told === undefined ? [] : [at]));
  if (times.length === 0) return undefined;
  const last = Math.max(...times);
  const lastSeen = Math.max(...calls.map(({ at }) => at));
  const isOver = utcDay(lastSeen) > utcDay(last) && lastSeen >= last + forSeconds * 1000;
  if (isOver) return undefined;
  const onThatDay = times.filter((at) => utcDay(at) === utcDay(last)).length;
  const count = utcDay(lastSeen) === utcDay(last) ? onThatDay : 1;
  return [{ destinationId: PIXEL, last, count, forSeconds }];
}
