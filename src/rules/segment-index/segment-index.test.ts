import assert from "node:assert/strict";
import { test } from "node:test";
import { compareTwins, type TwinsCount } from "../../../test/support/segment-index-twins.ts";
import { profileOf, type TraitHistory } from "../../../test/support/trait-history.ts";
import { asSegmentId, asTraitId } from "../../model/ids.ts";
import { EMPTY_PROFILE } from "../../model/profile.ts";
import { DAY_MS } from "../../model/time.ts";
import { parseSegmentRule, type TraitForSegments } from "../segment-rule/segment-rule.ts";
import { buildSegmentIndex, type IndexedSegment } from "./segment-index.ts";

const TODAY = 20_000;
const NOW = TODAY * DAY_MS + 12 * 3_600_000;

/** Lives: trait 1 and 2 thirty days, 3 for ever, 4 one day. 5 has no frequency; 90 is a folder. */
const TRAITS: Readonly<Record<number, Partial<TraitForSegments>>> = {
  1: {},
  2: {},
  3: { ttlDays: 0 },
  4: { ttlDays: 1 },
  5: { allowsFrequency: false },
  90: { kind: "folder", members: [1, 2, 5].map(asTraitId) },
  91: { kind: "folder", members: Array.from({ length: 500 }, (_, at) => asTraitId(1_000 + at)) },
  92: { kind: "folder", members: [] },
};

function lookup(sid: number): TraitForSegments {
  return {
    kind: "base",
    allowsFrequency: true,
    thirdParty: false,
    ttlDays: 30,
    members: [],
    ...TRAITS[sid],
  };
}

function segment(sid: number, text: string): IndexedSegment {
  const parsed = parseSegmentRule(text);
  assert.ok(parsed.ok, text);
  return { sid: asSegmentId(sid), rule: parsed.value };
}

/** By trait: how many days ago, and how often. */
function realized(history: Readonly<Record<string, readonly (readonly [number, number])[]>>) {
  const dated: TraitHistory = Object.fromEntries(
    Object.entries(history).map(([sid, realizations]) => [
      sid,
      realizations.map(([daysAgo, count]) => [NOW - daysAgo * DAY_MS, count] as const),
    ]),
  );
  return profileOf(dated);
}

function changeDays(rule: string, profile: ReturnType<typeof realized>): number {
  const { changesAt } = buildSegmentIndex([segment(1, rule)], lookup).qualified(profile, NOW);
  return changesAt / DAY_MS - TODAY;
}

test("segments come ascending and once, however many of their traits are live", () => {
  const segments = [
    segment(30, "1T OR 2T OR 3T"),
    segment(5, "2T AND 1T"),
    segment(12, "90T"),
    segment(7, "1T AND NOT 4T"),
    segment(8, "4T"),
  ];
  const index = buildSegmentIndex(segments, lookup);
  const profile = realized({ 1: [[0, 1]], 2: [[0, 1]], 3: [[0, 1]] });
  assert.deepEqual(index.qualified(profile, NOW).segments, [5, 7, 12, 30]);
});

test("a profile leaves nothing behind for the next one", () => {
  const index = buildSegmentIndex([segment(1, "1T AND NOT 2T"), segment(2, "91T")], lookup);
  const both = realized({ 1: [[0, 1]], 2: [[0, 1]], 1200: [[0, 1]], 1300: [[0, 1]] });
  const one = realized({ 1: [[0, 1]] });
  assert.deepEqual(index.qualified(both, NOW).segments, [2]);
  assert.deepEqual(index.qualified(one, NOW).segments, [1]);
  assert.deepEqual(index.qualified(both, NOW).segments, [2]);
  assert.deepEqual(index.qualified(EMPTY_PROFILE, NOW), {
    segments: [],
    changesAt: Number.POSITIVE_INFINITY,
  });
});

test("no segments, and traits that no rule knows, are no trouble", () => {
  const profile = realized({ 77777: [[0, 1]], 1: [[0, 1]] });
  assert.deepEqual(buildSegmentIndex([], lookup).qualified(profile, NOW).segments, []);
  const index = buildSegmentIndex([segment(1, "92T"), segment(2, "3T")], lookup);
  assert.deepEqual(index.qualified(profile, NOW).segments, []);
});

test("a rule that was never checked and holds for everyone is answered all the same", () => {
  const index = buildSegmentIndex([segment(1, "NOT 1T"), segment(2, "1T")], lookup);
  assert.deepEqual(index.qualified(EMPTY_PROFILE, NOW).segments, [1]);
});

test("a folder sums its members, those without a frequency of their own once", () => {
  const index = buildSegmentIndex([segment(1, "frequency([90T, 1T]) >= 7")], lookup);
  const hits = (count: number) => realized({ 1: [[2, count]], 2: [[1, 1]], 5: [[1, 9]] });
  assert.deepEqual(index.qualified(hits(5), NOW).segments, [1]);
  assert.deepEqual(index.qualified(hits(4), NOW).segments, []);
});

test("a profile of five hundred traits is no trouble", () => {
  const sids = Array.from({ length: 500 }, (_, at) => 1_000 + at);
  // No two counts are equal, so that a trait counted in another's place is noticed.
  const profile = realized(Object.fromEntries(sids.map((sid) => [sid, [[0, sid]] as const])));
  const total = sids.reduce((sum, sid) => sum + sid, 0);
  const segments = [
    segment(1, `frequency([91T]) == ${total}`),
    segment(2, `frequency([91T, 1T]) >= ${total + 1}`),
    ...sids.map((sid) => segment(sid, `91T AND ${sid}T`)),
  ];
  const index = buildSegmentIndex(segments, lookup);
  assert.deepEqual(index.qualified(profile, NOW).segments, [1, ...sids]);
});

test("a trait that runs out takes its segments with it at that midnight", () => {
  const profile = realized({ 1: [[3, 1]] });
  const index = buildSegmentIndex([segment(1, "1T")], lookup);
  const { segments, changesAt } = index.qualified(profile, NOW);
  assert.deepEqual(segments, [1]);
  assert.equal(changesAt, (TODAY - 3 + 31) * DAY_MS);
  assert.deepEqual(index.qualified(profile, changesAt - 1).segments, [1]);
  assert.deepEqual(index.qualified(profile, changesAt), {
    segments: [],
    changesAt: Number.POSITIVE_INFINITY,
  });
});

// Rule, history, and in how many days the answer changes; Infinity where it never will by itself.
const FORETOLD: readonly (readonly [string, Parameters<typeof realized>[0], number])[] = [
  ["3T", { 3: [[400, 1]] }, Number.POSITIVE_INFINITY],
  // The trait runs out under NOT and lets the visitor in.
  ["3T AND NOT 4T", { 3: [[0, 1]], 4: [[0, 1]] }, 2],
  // One of two is enough, and both are needed.
  ["1T OR 2T", { 1: [[5, 1]], 2: [[2, 1]] }, 29],
  ["1T AND 2T", { 1: [[5, 1]], 2: [[2, 1]] }, 26],
  // It cannot become true again by itself.
  ["1T AND 2T", { 1: [[5, 1]] }, Number.POSITIVE_INFINITY],
  // The newest day is the last to leave the window, and the second hit the first that matters.
  [
    "frequency([3T] <= 7D) >= 1",
    {
      3: [
        [7, 1],
        [5, 1],
        [1, 1],
      ],
    },
    7,
  ],
  [
    "frequency([3T] <= 7D) >= 2",
    {
      3: [
        [7, 1],
        [5, 1],
        [1, 1],
      ],
    },
    3,
  ],
  [
    "frequency([3T] <= 7D) >= 4",
    {
      3: [
        [7, 1],
        [5, 1],
        [1, 1],
      ],
    },
    Number.POSITIVE_INFINITY,
  ],
  // Outside the window for too many hits, inside once enough of them are old.
  [
    "3T AND frequency([3T] <= 7D) <= 1",
    {
      3: [
        [7, 1],
        [5, 1],
        [1, 1],
      ],
    },
    3,
  ],
  ["3T AND frequency([3T] <= 7D) == 0", { 3: [[5, 1]] }, 3],
  // A hit comes of age, unless its trait has run out before.
  ["frequency([3T] >= 10D) >= 1", { 3: [[4, 1]] }, 6],
  ["frequency([1T] >= 30D) >= 1", { 1: [[4, 1]] }, 26],
  ["frequency([4T] >= 3D) >= 1", { 4: [[0, 1]] }, Number.POSITIVE_INFINITY],
  ["3T AND NOT frequency([3T] >= 10D) >= 1", { 3: [[4, 1]] }, 6],
  // A day ahead of the clock.
  ["frequency([3T] >= 2D) >= 1", { 3: [[-3, 1]] }, 5],
  ["frequency([3T] <= 2D) >= 1", { 3: [[-3, 1]] }, 6],
];

test("the answer says when it will change by itself", () => {
  for (const [rule, history, days] of FORETOLD) {
    assert.equal(changeDays(rule, realized(history)), days, `${rule} ${JSON.stringify(history)}`);
  }
});

test("of several segments the first change counts, of those one is in and of those one is not", () => {
  const segments = [segment(1, "1T"), segment(2, "frequency([3T] >= 10D) >= 1")];
  const profile = realized({ 1: [[0, 1]], 3: [[4, 1]] });
  const answer = buildSegmentIndex(segments, lookup).qualified(profile, NOW);
  assert.deepEqual(answer, { segments: [1], changesAt: (TODAY + 6) * DAY_MS });
});

test("fast and slow agree on seeded rules, profiles and times, and no change comes unforetold", () => {
  const count: TwinsCount = { pairs: 0, qualified: 0, changing: 0, foretold: 0 };
  for (let seed = 1; seed <= 60; seed++) compareTwins(seed, count);
  // The rules are neither always true nor never, and the foretelling is mostly exact.
  assert.ok(count.qualified > count.pairs / 10 && count.qualified < count.pairs / 2);
  assert.ok(count.foretold > 0.9 * count.changing, `${count.foretold} of ${count.changing}`);
});
