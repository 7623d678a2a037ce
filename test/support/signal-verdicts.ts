// What the linter says of trait rules made by chance, held against calls made by chance.

import assert from "node:assert/strict";
import { foldingOf, judgeTraitRule } from "../../src/lint/signal-logic/signal-logic.ts";
import { asDataSourceId, asTraitId } from "../../src/model/ids.ts";
import type { Signals } from "../../src/model/signal.ts";
import { buildSlowTraitIndex } from "../../src/rules/trait-index/slow-trait-index.ts";
import { parseTraitRule } from "../../src/rules/trait-rule/trait-rule.ts";
import { type Random, seededRandom } from "./random.ts";
import { crowdedSignals, randomRuleText, signalsOf } from "./random-trait-rules.ts";

export interface VerdictCounts {
  never: number;
  always: number;
  "several-values": number;
}

/** Fails where a call does what no call should. Gives how often the linter said something. */
export function holdVerdictsAgainstCalls(
  seed: number,
  { rules, calls }: { readonly rules: number; readonly calls: number },
): VerdictCounts {
  const said: VerdictCounts = { never: 0, always: 0, "several-values": 0 };
  for (const caseSensitive of [false, true]) {
    const random = seededRandom(seed + (caseSensitive ? 1 : 0));
    const folding = foldingOf(caseSensitive);
    const made = Array.from({ length: calls }, (_, n) =>
      n % 2 === 0 ? crowdedSignals(random, caseSensitive) : closeSignals(random, caseSensitive),
    );
    for (let n = 0; n < rules; n++) {
      const text = ruleText(random, n);
      const parsed = parseTraitRule(text);
      assert.ok(parsed.ok, text);
      const verdict = judgeTraitRule(parsed.value, folding);
      if (verdict === null) continue;
      said[verdict] += 1;
      const trait = { sid: asTraitId(1), dataSourceId: asDataSourceId(1), rule: parsed.value };
      const index = buildSlowTraitIndex([trait], { caseSensitive });
      for (const signals of made) {
        if (verdict === "several-values" && repeatsKey(signals)) continue;
        const holds = index.realized(signals, null).length > 0;
        const context: string = `${text} is ${verdict}; ${JSON.stringify(signals)}`;
        assert.equal(holds, verdict === "always", context);
      }
    }
  }
  return said;
}

function repeatsKey({ keys }: Signals): boolean {
  return new Set(keys).size < keys.length;
}

/** A rule set against itself, a rule of few close terms, or any rule. */
function ruleText(random: Random, n: number): string {
  const any = (): string => randomRuleText(random, 1 + (n % 3));
  switch (n % 8) {
    case 0: {
      const text = any();
      return `(${text}) AND NOT (${text})`;
    }
    case 1: {
      const text = any();
      return `(${text}) OR NOT (${text})`;
    }
    case 2:
    case 3:
      return any();
    default: {
      const joint = random.pick([" AND ", " AND ", " OR "]);
      return Array.from({ length: 2 + random.below(3) }, () => closeTerm(random)).join(joint);
    }
  }
}

const CLOSE_TEXTS = [
  "a",
  "ab",
  "aba",
  "b a",
  "abab ab",
  "1",
  "12",
  "2.0",
  "-1",
  "A",
  "k",
  "\u212A",
];

function closeTerm(random: Random): string {
  const key = random.pick(["a", "a", "a", "b"]);
  const not = random.chance(0.4) ? "NOT " : "";
  if (random.chance(0.4)) {
    const number = random.pick(["0", "1", "1.0", "2", "12"]);
    return `${not}${key} ${random.pick(["==", "!=", "<", ">", "<=", ">="])} ${number}`;
  }
  const named = ["==", "!=", "contains", "startswith", "endswith", "matcheswords"];
  const operator = random.pick([...named, "matchesregex"]);
  const text = operator === "matchesregex" ? "[a-z]+|12" : random.pick(CLOSE_TEXTS);
  return `${not}${key} ${operator} "${text === "-1" && operator === "matcheswords" ? "1" : text}"`;
}

function closeSignals(random: Random, caseSensitive: boolean): Signals {
  const rows = Array.from({ length: random.below(4) }, (): [string, string] => [
    random.pick(["a", "a", "b"]),
    random.pick(["", " ", "x"]).trim() + random.pick(CLOSE_TEXTS),
  ]);
  return signalsOf(rows, caseSensitive);
}
