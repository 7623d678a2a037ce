import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { holdVerdictsAgainstCalls } from "../../../test/support/signal-verdicts.ts";
import { parseTraitRule, type TraitRule } from "../../rules/trait-rule/trait-rule.ts";
import { canonicalTraitRule, foldingOf, judgeTraitRule } from "./signal-logic.ts";

const FOLDED = foldingOf(false);
const AS_WRITTEN = foldingOf(true);

function ruleOf(text: string): TraitRule {
  const parsed = parseTraitRule(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

describe("no call makes these true", () => {
  for (const text of [
    'a == "x" AND NOT a == "X"',
    "a > 5 AND NOT a > 3",
    'a == 1 AND NOT (a >= 1 OR b == "2")',
    'a startswith "abc" AND NOT a startswith "ab"',
    'a endswith ".html" AND NOT a contains "htm"',
    'a matcheswords "cheap red shoes" AND NOT a matcheswords "red shoes"',
    'a matcheswords "cheap red shoes" AND NOT a contains "shoe"',
    'a matchesregex "x\\d+" AND NOT (a matchesregex "x\\d+")',
    'a matchesregex "https://shop\\.example/.*" AND NOT a contains "shop.example"',
    'a == "12" AND NOT a matchesregex "\\d+"',
    'NOT a == "x" AND NOT a != "x" AND a contains "y"',
    'NOT a != 5 AND a != "5" AND NOT a contains "5" AND a == "5"',
    "a > 1 AND NOT (a > 1 AND a > 0)",
    "a >= 3 AND NOT (a > 3 OR a == 3.0)",
    '(a == "1" OR a == "2") AND NOT a contains "1" AND NOT a contains "2"',
    `a > ${"9".repeat(400)}`,
    "NOT (NOT a == 1 OR NOT a != 1) AND NOT a >= -1 AND a == 1",
  ]) {
    test(text, () => assert.equal(judgeTraitRule(ruleOf(text), FOLDED), "never"));
  }
});

describe("every call makes these true", () => {
  for (const text of [
    'a == "x" OR NOT a == "X"',
    "NOT a > 5 OR a > 3",
    'NOT (a startswith "ab" AND b == 1) OR a contains "b" OR a startswith "a"',
  ]) {
    test(text, () => assert.equal(judgeTraitRule(ruleOf(text), FOLDED), "always"));
  }
});

describe("only several values of one key make these true", () => {
  for (const text of [
    "a < 3 AND a > 3",
    'a == "blue" AND a == "red"',
    'a startswith "ab" AND a startswith "ac"',
    'a endswith "ab" AND a endswith "ac" AND b == 1',
    'a > 1 AND a contains "x"',
    "a == 1 AND a != 1.0",
    'a matcheswords "red" AND a < 4',
    'a == "x" AND (a == "y" OR a == "z")',
  ]) {
    test(text, () => assert.equal(judgeTraitRule(ruleOf(text), FOLDED), "several-values"));
  }
});

describe("of these nothing is certain", () => {
  for (const text of [
    'a == "x"',
    'a == "1" AND a == 1',
    "a >= 3 AND a <= 3",
    'a == "x" AND NOT b == "x"',
    'a contains "x" AND NOT a startswith "x"',
    'a startswith "ab" AND a startswith "abc"',
    'a == "abc" AND NOT a matchesregex "abc"',
    'a != "x" AND a == "y"',
    'a matcheswords "1 5" AND a > 1',
    "NOT a == 1",
  ]) {
    test(text, () => assert.equal(judgeTraitRule(ruleOf(text), FOLDED), null));
  }
  test("with case-sensitive traits two spellings are two values", () => {
    const rule = ruleOf('a == "x" AND NOT a == "X"');
    assert.equal(judgeTraitRule(rule, AS_WRITTEN), null);
    assert.equal(
      judgeTraitRule(ruleOf('a == "abc" AND NOT a matchesregex "abc"'), AS_WRITTEN),
      "never",
    );
  });
});

test("whatever is said of rules made by chance is what the evaluator finds in calls made by chance", () => {
  const said = holdVerdictsAgainstCalls(11, { rules: 1_500, calls: 120 });
  const counts = JSON.stringify(said);
  assert.ok(said.never > 300 && said.always > 300 && said["several-values"] > 100, counts);
});

test("rules that differ in spelling and order only have one canonical text", () => {
  const canonical = (text: string): string => canonicalTraitRule(ruleOf(text), FOLDED);
  const one = canonical('Color == "Blue" AND (price >= 1.00 OR price < 0)');
  assert.equal(canonical('(PRICE < 0.0 OR price=>+1) AND color=="blue" AND color == blue'), one);
  assert.notEqual(canonical('Color == "Blue" OR (price >= 1.00 OR price < 0)'), one);
  assert.notEqual(canonical("a == 1"), canonical('a == "1"'));
  assert.equal(
    canonical('NOT NOT a matcheswords "Red, shoes"'),
    canonical('a matcheswords "red shoes"'),
  );
});

test("an OR of thousands is decided, and what is too entangled is left alone", () => {
  const many = Array.from({ length: 2_000 }, (_, n) => `a == ${n}`).join(" OR ");
  assert.equal(judgeTraitRule(ruleOf(many), FOLDED), null);
  const none = Array.from({ length: 500 }, (_, n) => `(a == ${n} AND NOT a < 1000)`).join(" OR ");
  assert.equal(judgeTraitRule(ruleOf(none), FOLDED), "never");
  const pairs = Array.from({ length: 12 }, (_, n) => `(a${n} == 1 OR b${n} == 1)`).join(" AND ");
  assert.equal(judgeTraitRule(ruleOf(`${pairs} AND z == 1 AND NOT z == 1`), FOLDED), "never");
  assert.equal(
    judgeTraitRule(ruleOf(`${pairs} AND (z == 1 OR z == 2) AND NOT z < 3`), FOLDED),
    null,
  );
});

test("a rule made to take long ends all the same", () => {
  const choices = Array.from({ length: 8 }, (_, n) => `(a${n} == 1 OR b${n} == 1)`);
  const long = Array.from(
    { length: 380 },
    (_, n) => `(c contains "${n}" OR (d == 1 AND NOT d == 1))`,
  );
  const hostile = ruleOf([...choices, ...long].join(" AND "));
  assert.equal(judgeTraitRule(hostile, FOLDED), null);
});
