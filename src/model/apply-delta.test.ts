import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { deltaOf } from "../../test/support/store-deltas.ts";
import { applyDelta, dropOldest, MAX_TRAITS_PER_PROFILE } from "./apply-delta.ts";
import { asTraitId } from "./ids.ts";
import {
  EMPTY_PROFILE,
  latestOrder,
  type Profile,
  type ProfileDelta,
  type TraitRecord,
} from "./profile.ts";
import { DAY_MS } from "./time.ts";

const DAY = 20_000;
const NOON = DAY * DAY_MS + DAY_MS / 2;
const at = (day: number, ms = DAY_MS / 2): number => (DAY + day) * DAY_MS + ms;
const after = (...deltas: readonly ProfileDelta[]): Profile =>
  deltas.reduce(applyDelta, EMPTY_PROFILE);
const countOf = (record: TraitRecord | undefined): number | undefined =>
  record?.days.reduce((sum, value, place) => sum + (place % 2 === 1 ? value : 0), 0);

describe("counting realizations", () => {
  it("a first realization begins a record", () => {
    assert.deepEqual(after(deltaOf({ at: NOON, realized: { 7: 120 } })), {
      lastSeen: NOON,
      traits: [{ sid: 7, first: NOON, last: NOON, days: [DAY, 1] }],
      membership: [],
    });
  });

  it("realizations count by day, whichever comes first", () => {
    const late = deltaOf({ at: at(3), realized: { 7: 120 } });
    const early = deltaOf({ at: at(1), realized: { 7: 120 } });
    const expected = { sid: 7, first: at(1), last: at(3), days: [DAY + 1, 2, DAY + 3, 1] };
    assert.deepEqual(after(early, early, late).traits, [expected]);
    assert.deepEqual(after(late, early, early).traits, [expected]);
  });

  it("traits stand in the order of their sids, the untouched ones as they were", () => {
    const before = after(deltaOf({ at: NOON, realized: { 2: 1, 5: 1, 9: 1 } }));
    const later = applyDelta(before, deltaOf({ at: at(1), realized: { 1: 1, 5: 1, 10: 1 } }));
    assert.deepEqual(
      later.traits.map((record) => [record.sid, countOf(record)]),
      [
        [1, 1],
        [2, 1],
        [5, 2],
        [9, 1],
        [10, 1],
      ],
    );
    assert.equal(later.traits[1], before.traits[0]);
  });

  it("takes realizations in any order of their sids", () => {
    const realized = [30, 4, 17].map((sid) => ({ sid: asTraitId(sid), ttlDays: 1 }));
    const { traits } = after({ ...deltaOf({ at: NOON }), realized });
    assert.deepEqual(
      traits.map((record) => record.sid),
      [4, 17, 30],
    );
  });

  it("changes nothing of the profile it is given", () => {
    const delta = deltaOf({ at: NOON, realized: { 2: 1 }, gained: [9001] });
    const before = after(delta);
    const copy = structuredClone(before);
    applyDelta(before, deltaOf({ at: at(1), realized: { 2: 1, 1: 1 }, lost: [9001] }));
    assert.deepEqual(before, copy);
  });

  it("a profile was last seen at the latest call, whichever comes last", () => {
    assert.equal(after(deltaOf({ at: at(2) }), deltaOf({ at: at(1) })).lastSeen, at(2));
  });

  it("refuses a time that is none", () => {
    for (const time of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY]) {
      assert.throws(() => after(deltaOf({ at: time })), /whole number of milliseconds/);
    }
  });
});

describe("the life of a record", () => {
  const realized = { 7: 1 };

  it("a realization before its end adds to it, one after its end counts from 1", () => {
    const inTime = after(deltaOf({ at: at(0), realized }), deltaOf({ at: at(2, -1), realized }));
    assert.equal(countOf(inTime.traits[0]), 2);
    const tooLate = after(deltaOf({ at: at(0), realized }), deltaOf({ at: at(4), realized }));
    assert.deepEqual(tooLate.traits, [{ sid: 7, first: at(4), last: at(4), days: [DAY + 4, 1] }]);
  });

  it("a life of 0 never ends", () => {
    const forEver = { 7: 0 };
    const profile = after(
      deltaOf({ at: 0, realized: forEver }),
      deltaOf({ at: at(4_000), realized: forEver }),
    );
    assert.equal(countOf(profile.traits[0]), 2);
  });

  it("what ended counts no more, yet a call from before its end joins the two", () => {
    const first = deltaOf({ at: at(0), realized });
    const afterMidnight = deltaOf({ at: at(2, 5), realized });
    const beforeMidnight = deltaOf({ at: at(2, -5), realized });
    const apart = after(first, afterMidnight);
    assert.equal(countOf(apart.traits[0]), 1);
    assert.equal(apart.traits[0]?.first, at(2, 5));
    assert.deepEqual(apart.traits[0]?.expired, { first: at(0), last: at(0), days: [DAY, 1] });
    const joined = applyDelta(apart, beforeMidnight);
    assert.deepEqual(joined, after(first, beforeMidnight, afterMidnight));
    assert.equal(countOf(joined.traits[0]), 3);
  });

  it("what ended is gone for good a day later", () => {
    const profile = after(
      deltaOf({ at: at(0), realized }),
      deltaOf({ at: at(2, 5), realized }),
      deltaOf({ at: at(3, 5), realized }),
    );
    assert.equal(profile.traits[0]?.expired, undefined);
    assert.equal(countOf(profile.traits[0]), 2);
  });

  it("what ended does not begin again where the trait lives longer from then on", () => {
    const ended = after(...[0, 1, 3].map((day) => deltaOf({ at: at(day), realized: { 7: 1 } })));
    const { traits } = applyDelta(ended, deltaOf({ at: at(3.25), realized: { 7: 0 } }));
    const [record] = traits;
    assert.deepEqual([record?.first, countOf(record)], [at(3), 2]);
  });

  it("a realization whose life had ended before the record began is none", () => {
    const profile = after(deltaOf({ at: at(9), realized }), deltaOf({ at: at(0), realized }));
    assert.deepEqual(profile.traits[0]?.days, [DAY + 9, 1]);
  });
});

describe("folding", () => {
  it("days that no rule tells apart become one count on the first of them", () => {
    const realized = { 7: 0 };
    const deltas = [0, 1, 2, 10].map((day) => deltaOf({ at: at(day), realized }));
    const folding = deltaOf({ at: at(11), realized, foldBeforeDay: DAY + 3 });
    assert.deepEqual(after(...deltas, folding).traits[0]?.days, [DAY, 3, DAY + 10, 1, DAY + 11, 1]);
  });

  it("leaves the day of the call and the one before it alone", () => {
    const realized = { 7: 0 };
    const deltas = [0, 1, 2, 3].map((day) =>
      deltaOf({ at: at(day), realized, foldBeforeDay: DAY + 99 }),
    );
    assert.deepEqual(after(...deltas).traits[0]?.days, [DAY, 2, DAY + 2, 1, DAY + 3, 1]);
  });
});

describe("membership", () => {
  it("is entered and left at the time of the call", () => {
    const entered = after(deltaOf({ at: at(0), gained: [9002, 9001], seenOrder: 0 }));
    assert.deepEqual(entered.membership, [
      { sid: 9001, since: at(0) },
      { sid: 9002, since: at(0) },
    ]);
    const left = applyDelta(entered, deltaOf({ at: at(1), lost: [9001], seenOrder: at(0) }));
    assert.deepEqual(left.membership, [{ sid: 9002, since: at(0) }]);
  });

  it("of two changes the later stands, whichever comes last", () => {
    const entering = deltaOf({ at: at(0), gained: [9001], seenOrder: 0 });
    const leaving = deltaOf({ at: at(0) + 1, lost: [9001], seenOrder: 0 });
    assert.deepEqual(after(entering, leaving).membership, []);
    assert.deepEqual(after(leaving, entering), after(entering, leaving));
  });

  it("of two changes at one time that did not know of each other, entering stands", () => {
    const entering = deltaOf({ at: at(0), gained: [9001], seenOrder: 0 });
    const leaving = deltaOf({ at: at(0), lost: [9001], seenOrder: 0 });
    assert.equal(after(entering, leaving).membership.length, 1);
    assert.deepEqual(after(leaving, entering), after(entering, leaving));
  });

  it("a change that knew of another is the later, though the clock stands or went back", () => {
    const entered = after(deltaOf({ at: at(5), gained: [9001], seenOrder: 0 }));
    for (const time of [at(5), at(1)]) {
      const leaving = deltaOf({ at: time, lost: [9001], seenOrder: latestOrder(entered) });
      const left = applyDelta(entered, leaving);
      assert.deepEqual(left.membership, []);
      const again = deltaOf({ at: time, gained: [9001], seenOrder: latestOrder(left) });
      assert.equal(applyDelta(left, again).membership[0]?.since, time);
    }
  });

  it("a delta that does not say what it had seen counts as the latest", () => {
    const gained = deltaOf({ at: at(5), gained: [9001] });
    const lost = deltaOf({ at: at(5), lost: [9001] });
    assert.deepEqual(after(gained, lost).membership, []);
    assert.equal(after(gained, lost, gained).membership.length, 1);
    assert.deepEqual(after(gained, gained, gained), after(gained));
  });

  it("what was left is forgotten once no call can contradict it", () => {
    const entered = deltaOf({ at: at(0), gained: [9001] });
    const left = deltaOf({ at: at(0, 9), lost: [9001] });
    assert.ok(after(entered, left, deltaOf({ at: at(1, 9) })).left);
    assert.equal("left" in after(entered, left, deltaOf({ at: at(2) })), false);
  });
});

describe("the profile's own life", () => {
  const old = deltaOf({ at: at(0), realized: { 7: 0 }, gained: [9001], lifeDays: 120 });

  it("a profile that was not seen for its life begins anew", () => {
    const late = deltaOf({ at: at(121, 0), realized: { 8: 0 }, lifeDays: 120 });
    assert.deepEqual(after(old, late), after(late));
  });

  it("one that was seen in time goes on", () => {
    const inTime = deltaOf({ at: at(121, -1), lifeDays: 120 });
    assert.equal(after(old, inTime).traits.length, 1);
    assert.equal(after(old, deltaOf({ at: at(9_999) })).traits.length, 1);
  });
});

describe("the cap", () => {
  const record = (sid: number, last: number): TraitRecord => ({
    sid: asTraitId(sid),
    first: last,
    last,
    days: [0, 1],
  });

  it("drops the oldest, and of equals the smaller sid", () => {
    const traits = [record(1, 5), record(2, 3), record(3, 3), record(4, 3), record(5, 1)];
    assert.deepEqual(dropOldest(traits, 5), traits);
    assert.deepEqual(
      dropOldest(traits, 3).map(({ sid }) => sid),
      [1, 3, 4],
    );
    assert.deepEqual(
      dropOldest(traits, 1).map(({ sid }) => sid),
      [1],
    );
  });

  it("drops what sorting would drop", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const size = 1 + random.below(40);
      const traits = Array.from({ length: size }, (_, sid) => record(sid, random.below(12)));
      const limit = random.below(size + 1);
      const expected = traits
        .toSorted((a, b) => a.last - b.last || a.sid - b.sid)
        .slice(size - limit)
        .sort((a, b) => a.sid - b.sid);
      assert.deepEqual(dropOldest(traits, limit), expected, `seed ${seed}`);
    }
  });

  it(`holds at ${MAX_TRAITS_PER_PROFILE} traits`, () => {
    const realized = Array.from({ length: MAX_TRAITS_PER_PROFILE }, (_, sid) => ({
      sid: asTraitId(sid + 10),
      ttlDays: 0,
    }));
    const full = after({ ...deltaOf({ at: NOON }), realized });
    const more = applyDelta(full, deltaOf({ at: at(1), realized: { 1: 0, 10: 0, 2: 0 } }));
    assert.equal(more.traits.length, MAX_TRAITS_PER_PROFILE);
    assert.deepEqual(
      more.traits.slice(0, 4).map(({ sid }) => sid),
      [1, 2, 10, 13],
    );
  });
});
