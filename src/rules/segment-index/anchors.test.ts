import assert from "node:assert/strict";
import { test } from "node:test";
import { asTraitId, type TraitId } from "../../model/ids.ts";
import { parseSegmentRule } from "../segment-rule/segment-rule.ts";
import { anchorsOf } from "./anchors.ts";
import { plainRule } from "./plain-rule.ts";
import { TraitSets } from "./trait-sets.ts";

/** The traits of one set after the other; 900 is a folder of 1 and 2. */
function filedUnder(text: string, weights: Readonly<Record<number, number>> = {}) {
  const parsed = parseSegmentRule(text);
  assert.ok(parsed.ok, text);
  const sets = new TraitSets((sid) => ({
    kind: sid === 900 ? "folder" : "base",
    allowsFrequency: true,
    thirdParty: false,
    ttlDays: 120,
    members: sid === 900 ? [asTraitId(1), asTraitId(2)] : [],
  }));
  const traitsOf = (set: number): TraitId[] =>
    (sets.members[set] ?? []).flatMap((number) => sets.sids[number] ?? []);
  const weightOf = (set: number): number =>
    traitsOf(set).reduce((sum, sid) => sum + (weights[sid] ?? 1), 0);
  const anchors = anchorsOf(plainRule(parsed.value, sets), weightOf);
  return anchors === null ? null : anchors.sets.map(traitsOf);
}

// Rule, and the sets of traits under which it is filed; null: it is asked on every profile.
const FILED: readonly (readonly [string, readonly (readonly number[])[] | null])[] = [
  ["1T", [[1]]],
  ["900T", [[1, 2]]],
  ["1T OR 2T", [[1], [2]]],
  ["1T OR (2T AND NOT 3T)", [[1], [2]]],
  ["frequency([1T, 2T] <= 7D) >= 1", [[1, 2]]],
  ["frequency([1T]) == 1", [[1]]],
  ["NOT frequency([1T]) <= 0", [[1]]],
  ["NOT frequency([1T]) == 0", [[1]]],
  ["frequency([1T]) <= 5 AND 2T", [[2]]],
  ["NOT (NOT 1T OR NOT 2T)", [[1]]],
  ["NOT 1T", null],
  ["1T OR NOT 2T", null],
  ["frequency([1T]) == 0", null],
  ["NOT frequency([1T]) >= 1", null],
  ["NOT frequency([1T]) == 1", null],
];

test("a rule is filed under traits without which it cannot hold, and under no more", () => {
  for (const [rule, sets] of FILED) assert.deepEqual(filedUnder(rule), sets, rule);
});

test("of several operands that must hold, the one whose traits rules name least files the rule", () => {
  assert.deepEqual(filedUnder("1T AND 2T", { 1: 500 }), [[2]]);
  assert.deepEqual(filedUnder("1T AND 2T", { 2: 500 }), [[1]]);
  assert.deepEqual(filedUnder("(1T OR 2T) AND 3T", { 3: 5 }), [[1], [2]]);
  assert.deepEqual(filedUnder("900T AND frequency([3T, 4T]) >= 2", { 1: 9 }), [[3, 4]]);
});
