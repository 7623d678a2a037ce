import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import {
  randomProfile,
  randomSegments,
  randomTraits,
} from "../../../test/support/random-segment-rules.ts";
import { asSegmentId, asTraitId } from "../../model/ids.ts";
import type { Profile, TraitRecord } from "../../model/profile.ts";
import { DAY_MS } from "../../model/time.ts";
import { parseSegmentRule, type TraitForSegments } from "../segment-rule/segment-rule.ts";
import { buildSegmentIndex, type SegmentIndex, type SegmentProof } from "./segment-index.ts";

const TODAY = 20_000;
const NOW = TODAY * DAY_MS + DAY_MS / 2;
const SEGMENT = asSegmentId(9_000);

const traits = (): TraitForSegments => ({
  ...{ kind: "base", ttlDays: 10, allowsFrequency: true, thirdParty: false, members: [] },
});

function indexOf(text: string): SegmentIndex {
  const rule = parseSegmentRule(text);
  assert.ok(rule.ok, text);
  return buildSegmentIndex([{ sid: SEGMENT, rule: rule.value }], traits);
}

/** Realizations of traits, each so many days ago: `{1: [0, 0, 3]}` is trait 1 today twice. */
function profileOf(realized: Readonly<Record<number, readonly number[]>>): Profile {
  const records = Object.entries(realized).map(([sid, ages]): TraitRecord => {
    const days = [...ages].sort((one, other) => other - one).map((age) => TODAY - age);
    const counted = [...new Set(days)].flatMap((day) => [
      day,
      days.filter((other) => other === day).length,
    ]);
    const [first = TODAY] = days;
    const last = days[days.length - 1] ?? TODAY;
    return {
      sid: asTraitId(Number(sid)),
      first: first * DAY_MS,
      last: last * DAY_MS,
      days: counted,
    };
  });
  return { lastSeen: NOW, traits: records, membership: [] };
}

function explain(text: string, realized: Readonly<Record<number, readonly number[]>>) {
  const proof = indexOf(text).explain(SEGMENT, profileOf(realized), NOW);
  assert.ok(proof !== null);
  return proof;
}

test("a trait that was never realized is what is missing", () => {
  const proof = explain("1T", {});
  assert.deepEqual(proof, {
    kind: "holds-any",
    holds: false,
    changesAt: null,
    needs: [{ kind: "realize", times: 1, traits: [1], before: null }],
    traits: { asked: [1], askedCount: 1, live: [] },
  });
});

test("a trait that holds says when it ends by itself", () => {
  const proof = explain("1T", { 1: [3] });
  assert.equal(proof.holds, true);
  assert.equal(proof.needs, null);
  assert.equal(proof.changesAt, (TODAY - 3 + 10 + 1) * DAY_MS);
});

test("a count that is short says how many are missing, and until when those there are count", () => {
  const proof = explain("frequency([1T, 2T] <= 5D) >= 4", { 1: [4, 1], 3: [0] });
  assert.equal(proof.kind, "count");
  assert.deepEqual(proof.needs, [
    { kind: "realize", times: 2, traits: [1, 2], before: (TODAY - 4 + 5 + 1) * DAY_MS },
  ]);
});

test("a count that is too high falls by itself", () => {
  const proof = explain("frequency([1T] <= 5D) <= 1", { 1: [4, 1] });
  assert.equal(proof.holds, false);
  assert.deepEqual(proof.needs, [
    { kind: "wait", until: (TODAY - 4 + 5 + 1) * DAY_MS, traits: [1] },
  ]);
});

test("what must be old needs nothing but time, where it lives so long", () => {
  const grows = explain("frequency([1T] >= 3D) >= 1", { 1: [1] });
  assert.deepEqual(grows.needs, [{ kind: "wait", until: (TODAY + 2) * DAY_MS, traits: [1] }]);
  const dies = explain("frequency([1T] >= 30D) >= 1", { 1: [1] });
  assert.deepEqual(dies.needs, [], "its life is over before");
});

test("all that is missing of an AND is named, and of an OR the nearest", () => {
  const all = explain("1T AND frequency([2T]) >= 3", { 2: [0] });
  assert.deepEqual(
    all.needs?.map((need) => need.kind === "realize" && [need.times, need.traits]),
    [
      [1, [1]],
      [2, [2]],
    ],
  );
  const any = explain("frequency([2T]) >= 3 OR frequency([3T]) >= 2", { 2: [0], 3: [0] });
  assert.deepEqual(
    any.needs?.map((need) => need.kind === "realize" && [need.times, need.traits]),
    [[1, [3]]],
  );
});

test("a trait that must not be there is waited out", () => {
  const proof = explain("1T AND NOT 2T", { 1: [0], 2: [4] });
  assert.deepEqual(proof.needs, [
    { kind: "wait", until: (TODAY - 4 + 10 + 1) * DAY_MS, traits: [2] },
  ]);
});

test("a segment of another index is not explained", () => {
  assert.equal(indexOf("1T").explain(asSegmentId(1), profileOf({}), NOW), null);
});

test("a proof says what traffic is answered, and its own parts bear it out", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const known = randomTraits(random, 30);
    const segments = randomSegments(random, 20, 30);
    const index = buildSegmentIndex(segments, known.lookup);
    const size = random.below(14);
    const profile = randomProfile(random, {
      ...{ traits: known.baseTraits, size, now: NOW, oldestDays: 15 },
    });
    const { segments: qualified } = index.qualified(profile, NOW);
    for (const { sid } of segments) {
      const proof = index.explain(sid, profile, NOW);
      assert.ok(proof !== null);
      assert.equal(proof.holds, qualified.includes(sid), `seed ${seed}, segment ${sid}`);
      assertBorneOut(proof, `seed ${seed}, segment ${sid}`);
      assertWaiting(index, { sid, profile, proof, why: `seed ${seed}, segment ${sid}` });
    }
  }
});

function assertBorneOut(proof: SegmentProof, why: string): void {
  assert.equal(proof.needs === null, proof.holds, why);
  if (!("operands" in proof)) return;
  const answers = proof.operands.map(({ holds }) => holds);
  const expected = proof.kind === "all-of" ? answers.every(Boolean) : answers.some(Boolean);
  assert.equal(proof.holds, expected, why);
  for (const operand of proof.operands) assertBorneOut(operand, why);
}

/** A rule of one term that needs nothing but time holds once that time has come. */
function assertWaiting(
  index: SegmentIndex,
  of: {
    readonly sid: ReturnType<typeof asSegmentId>;
    readonly profile: Profile;
    readonly proof: SegmentProof;
    readonly why: string;
  },
): void {
  const [only, second] = of.proof.needs ?? [];
  if ("operands" in of.proof || second !== undefined || only?.kind !== "wait") return;
  const then = index.qualified(of.profile, only.until).segments;
  assert.ok(then.includes(of.sid), `${of.why}: not at ${only.until}`);
}
