import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import { randomRuleText } from "../../../test/support/random-segment-rules.ts";
import { parseSegmentRule, printSegmentRule } from "./segment-rule.ts";

const FRAGMENTS = [
  ..."()[],<>=!TtDd0123456789 \n\t\"'\\&|-_.\u0000\u00a0\u2028\ud83d\udca5é",
  "1T",
  "12345T",
  "7D",
  "AND",
  "OR",
  "not",
  "frequency",
  "FREQUENCY([",
  "] <= 3D)",
  ">= 2",
  "=>",
  "99999999999999999999999",
] as const;

/** Fragments in any order, or a lawful rule with a few places changed. */
function hostileText(random: ReturnType<typeof seededRandom>): string {
  if (random.chance(0.4)) {
    return Array.from({ length: random.below(40) }, () => random.pick(FRAGMENTS)).join("");
  }
  let text = randomRuleText(random, 50, 4);
  for (let edits = random.below(4); edits > 0; edits--) {
    const at = random.below(text.length + 1);
    text = text.slice(0, at) + random.pick(FRAGMENTS) + text.slice(at + random.below(4));
  }
  return text;
}

test("40,000 hostile texts parse or name a place inside the text, and never throw", () => {
  let parsedCount = 0;
  for (let seed = 1; seed <= 40_000; seed++) {
    const text = hostileText(seededRandom(seed));
    const result = parseSegmentRule(text);
    if (result.ok) {
      parsedCount += 1;
      const again = parseSegmentRule(printSegmentRule(result.value));
      assert.ok(again.ok, `seed ${seed}: ${text}`);
      continue;
    }
    const { column, message } = result.error;
    assert.ok(
      column >= 1 && column <= text.length + 1,
      `seed ${seed}: column ${column} of ${text}`,
    );
    assert.ok(message.length < 300 && message.endsWith("."), `seed ${seed}: ${message}`);
  }
  // Neither all nor none: the texts are close enough to rules to reach every corner.
  assert.ok(parsedCount > 5_000 && parsedCount < 35_000, `${parsedCount} parsed`);
});

test("the longest texts of every shape are read in linear time without deep recursion", () => {
  for (const unit of [
    "(",
    "NOT ",
    "1T OR ",
    "1T NOT ",
    "frequency([",
    "frequency([1T",
    ",",
    "=",
    " ",
  ]) {
    const text = unit.repeat(Math.floor(1_048_576 / unit.length));
    assert.equal(typeof parseSegmentRule(text).ok, "boolean", unit);
  }
  const list = `frequency([${"1T,".repeat(340_000)}1T]) >= 1`;
  assert.ok(parseSegmentRule(list).ok);
});
