import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, seededRandom } from "../../../test/support/random.ts";
import { randomRuleText } from "../../../test/support/random-trait-rules.ts";
import { parseTraitRule, printTraitRule, traitRuleWarnings } from "./trait-rule.ts";

const MAX_CHARACTERS = 32_768;
const PIECES = [
  ...["a", "b ", '"', '"x"', "==", "=", "!=", ">", "=>", "<", "(", ")", " ", "AND ", "or ", "NOT "],
  ...[
    "1",
    "-1.5",
    "+",
    ".",
    "contains ",
    "matchesregex ",
    "matcheswords ",
    "\\",
    '\\"',
    "\n",
    "\0",
  ],
  ...[
    "é",
    "😀",
    "\ud800",
    "“",
    "'",
    "{9999}",
    "(a+)+",
    "[[",
    "\\p{",
    "(?<",
    "(?=",
    "*",
    "|",
    "^",
    "$",
  ],
] as const;

test("40,000 texts made by chance never throw, and every fault lies inside its text", () => {
  let accepted = 0;
  for (let seed = 1; seed <= 40_000; seed += 1) {
    const random = seededRandom(seed);
    const text = randomText(random);
    const parsed = parseTraitRule(text);
    if (parsed.ok) {
      accepted += 1;
      traitRuleWarnings(parsed.value);
      const printed = parseTraitRule(printTraitRule(parsed.value));
      assert.deepEqual(printed, parsed, `seed ${seed}`);
    } else {
      const { code, column, message } = parsed.error;
      assert.match(code, /^E_[A-Z_]+$/, `seed ${seed}`);
      assert.ok(column >= 1 && column <= text.length + 1, `seed ${seed}: column ${column}`);
      assert.ok(message.length > 10 && message.length < 1_000, `seed ${seed}: ${message}`);
    }
  }
  assert.ok(accepted > 4_000 && accepted < 36_000, `${accepted} texts were rules`);
});

function randomText(random: Random): string {
  const kind = random.below(100);
  if (kind < 25) return randomRuleText(random, 3);
  if (kind < 65) return mutated(random, randomRuleText(random, 3));
  if (kind < 75) return `a matchesregex "${pieces(random, 12).replaceAll('"', "")}"`;
  if (kind < 97) return pieces(random, 30);
  // A few are long: the same things over and over.
  const unit = pieces(random, 4) || "a";
  return unit.repeat(Math.ceil(MAX_CHARACTERS / unit.length)).slice(0, MAX_CHARACTERS);
}

function pieces(random: Random, most: number): string {
  return Array.from({ length: random.below(most) }, () => random.pick(PIECES)).join("");
}

function mutated(random: Random, text: string): string {
  let result = text;
  for (let n = random.below(3); n >= 0; n -= 1) {
    const at = random.below(result.length + 1);
    const to = at + random.below(4);
    result =
      result.slice(0, at) + (random.chance(0.6) ? random.pick(PIECES) : "") + result.slice(to);
  }
  return result;
}
