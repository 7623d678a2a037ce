import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { holdVerdictsAgainstVisitors } from "../../../test/support/segment-verdicts.ts";
import { asTraitId, type TraitId } from "../../model/ids.ts";
import {
  parseSegmentRule,
  type SegmentRule,
  type TraitForSegments,
  type TraitLookup,
} from "../../rules/segment-rule/segment-rule.ts";
import { canonicalSegmentRule, isNarrower, nobodyMeets, waysOf } from "./segment-logic.ts";

const BASE = { kind: "base", allowsFrequency: true, thirdParty: false, members: [] } as const;
const TRAITS = new Map<TraitId, TraitForSegments>(
  [
    [1, { ...BASE, ttlDays: 120 }] as const,
    [2, { ...BASE, ttlDays: 120 }] as const,
    [3, { ...BASE, ttlDays: 7 }] as const,
    [4, { ...BASE, ttlDays: 0 }] as const,
    [7, { ...BASE, ttlDays: 5 }] as const,
    [5, { ...BASE, allowsFrequency: false, ttlDays: 120 }] as const,
    [6, { ...BASE, allowsFrequency: false, ttlDays: 120 }] as const,
    [20, { ...BASE, kind: "folder", ttlDays: 0, members: [1, 2].map(asTraitId) }] as const,
    [21, { ...BASE, kind: "folder", ttlDays: 0, members: [5, 6].map(asTraitId) }] as const,
    [22, { ...BASE, kind: "folder", ttlDays: 0, members: [] }] as const,
  ].map(([sid, trait]) => [asTraitId(sid), trait]),
);
const lookup: TraitLookup = (sid) => TRAITS.get(sid) ?? null;

function ruleOf(text: string): SegmentRule {
  const parsed = parseSegmentRule(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

describe("nobody meets", () => {
  for (const [text, why] of [
    ["1T AND NOT 1T", "held and not held"],
    ["(1T OR 2T) AND NOT 20T", "a folder is what is in it"],
    ["frequency([1T]) >= 3 AND frequency([1T]) <= 2", "counts"],
    ["frequency([1T] <= 3D) >= 2 AND frequency([1T, 2T] <= 7D) <= 1", "windows and lists nest"],
    ["1T AND 2T AND frequency([1T, 2T]) <= 1", "one of each is two"],
    ["3T AND NOT (frequency([3T] <= 7D) >= 1)", "a trait held for 7 days was realized in them"],
    ["3T AND NOT (frequency([3T] <= 14D) >= 1)", "or in more"],
    ["3T AND 7T AND frequency([3T, 7T] <= 7D) <= 1", "each of the two once in its life"],
    ["1T AND frequency([1T] <= 5D) == 0 AND frequency([1T] >= 6D) == 0", "no day is left"],
    [
      "frequency([1T]) >= 4 AND frequency([1T] <= 5D) <= 1 AND frequency([1T] >= 3D) <= 2",
      "room for 3",
    ],
    ["frequency([21T]) >= 3", "two traits that count once"],
    ["22T OR frequency([22T]) >= 1", "nothing is in the folder"],
    ["frequency([20T]) >= 1 AND NOT 1T AND NOT 2T", "none of the members"],
    ["frequency([1T]) == 2 AND frequency([1T]) == 3", "two counts"],
  ] as const) {
    test(`${text}: ${why}`, () => assert.ok(nobodyMeets(ruleOf(text), lookup)));
  }
});

describe("somebody may meet", () => {
  for (const text of [
    "1T AND NOT (frequency([1T] <= 14D) >= 1)",
    "3T AND NOT (frequency([3T] <= 6D) >= 1)",
    "4T AND NOT (frequency([4T] <= 3650D) >= 1)",
    "3T AND frequency([3T] >= 30D) >= 1",
    "1T AND frequency([1T] <= 5D) == 0 AND frequency([1T] >= 7D) == 0",
    "frequency([21T]) >= 2 AND NOT 1T",
    "frequency([1T, 2T]) >= 2 AND frequency([1T]) <= 1",
  ]) {
    test(text, () => assert.ok(!nobodyMeets(ruleOf(text), lookup)));
  }
});

test("a rule is narrower than another by its counts, windows, lists and ways", () => {
  const narrower: readonly (readonly [string, string])[] = [
    ["frequency([1T]) >= 5", "1T"],
    ["frequency([1T] <= 7D) >= 2", "frequency([1T, 2T] <= 30D) >= 1"],
    ["frequency([1T] >= 30D) >= 1", "frequency([1T] >= 7D) >= 1"],
    ["1T AND 2T", "20T"],
    ["3T", "frequency([3T] <= 7D) >= 1"],
    ["1T AND NOT 2T", "(1T OR 4T) AND NOT (frequency([2T] <= 7D) >= 1)"],
    ["(1T AND 2T) OR (1T AND 4T)", "1T AND (2T OR 4T)"],
    ["frequency([1T]) == 2", "frequency([1T]) >= 1 AND frequency([1T]) <= 5"],
  ];
  for (const [one, other] of narrower) {
    assert.ok(isNarrower(ruleOf(one), ruleOf(other), lookup), `${one} / ${other}`);
  }
  for (const [one, other] of narrower.slice(0, 4)) {
    assert.ok(!isNarrower(ruleOf(other), ruleOf(one), lookup), `${other} / ${one}`);
  }
});

test("whatever is said of rules made by chance is what the evaluator finds in visitors made by chance", () => {
  const total = { nobody: 0, everybody: 0, narrower: 0 };
  for (let seed = 1; seed <= 3; seed++) {
    const said = holdVerdictsAgainstVisitors(seed, { rules: 800, visitors: 120 });
    total.nobody += said.nobody;
    total.everybody += said.everybody;
    total.narrower += said.narrower;
  }
  assert.ok(total.nobody > 100 && total.everybody > 20, JSON.stringify(total));
  assert.ok(total.narrower > 600, JSON.stringify(total));
});

test("rules that differ in order and spelling only have one canonical text", () => {
  const canonical = (text: string): string => canonicalSegmentRule(ruleOf(text), lookup);
  const one = canonical("1T AND NOT (frequency([2T, 1T] <= 7D) >= 2)");
  assert.equal(canonical("NOT FREQUENCY([20t] <= 07d)=>2 and (1t)"), one);
  assert.equal(canonical("2T AND 2T"), canonical("2T"));
  assert.notEqual(canonical("1T AND NOT (frequency([2T, 1T] <= 8D) >= 2)"), one);
});

test("the ways to meet a rule name the traits that must be held", () => {
  const ways = waysOf(ruleOf("(1T AND 20T AND NOT 4T) OR frequency([3T]) >= 2"), lookup);
  assert.deepEqual(
    ways?.map((way) => way.map((traits) => [...traits])),
    [[[1], [1, 2]], [[3]]],
  );
});
