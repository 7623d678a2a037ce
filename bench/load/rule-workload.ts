// Trait rules and calls as a big publisher has them: the more rules, the more keys and values there are to
// tell apart, and a call carries its 15 signals whatever the number of rules.

import { asDataSourceId, asTraitId } from "../../src/model/ids.ts";
import type { Signals } from "../../src/model/signal.ts";
import type { IndexedTrait } from "../../src/rules/trait-index/trait-index.ts";
import { parseTraitRule } from "../../src/rules/trait-rule/trait-rule.ts";
import type { Random } from "../../test/support/random.ts";

const VALUES_OF_A_KEY = 200;
const RULES_OF_A_KEY = 100;
const FEWEST_KEYS = 30;
const SIGNALS = 15;
const WORDS = "blue red green small large shoe coat lamp sofa news sport travel".split(" ");

export interface RuleWorkload {
  readonly traits: readonly IndexedTrait[];
  readonly calls: readonly Signals[];
}

export function ruleWorkload(random: Random, ruleCount: number, callCount: number): RuleWorkload {
  const keyCount = Math.max(FEWEST_KEYS, Math.floor(ruleCount / RULES_OF_A_KEY));
  const traits = Array.from({ length: ruleCount }, (_, index): IndexedTrait => {
    const text = ruleText(random, keyCount);
    const parsed = parseTraitRule(text);
    if (!parsed.ok) throw new Error(`The workload holds a faulty rule: ${text}`);
    return { sid: asTraitId(index + 1), dataSourceId: asDataSourceId(1), rule: parsed.value };
  });
  return { traits, calls: Array.from({ length: callCount }, () => call(random, keyCount)) };
}

/** Seven in ten rules ask for one value; the rest use the other operators and combine. */
function ruleText(random: Random, keyCount: number): string {
  const kind = random.next();
  if (kind < 0.7) return equality(random, keyCount);
  if (kind < 0.8) return `${equality(random, keyCount)} AND ${equality(random, keyCount)}`;
  if (kind < 0.85) return `${equality(random, keyCount)} OR ${equality(random, keyCount)}`;
  if (kind < 0.88) return `${equality(random, keyCount)} AND NOT ${equality(random, keyCount)}`;
  if (kind < 0.92) return `${numberKey(random, keyCount)} > ${900 + random.below(100)}`;
  return `${key(random, keyCount)} ${random.pick(["contains", "startswith", "endswith"])} "${value(random)}"`;
}

function equality(random: Random, keyCount: number): string {
  return `${key(random, keyCount)} == "${value(random)}"`;
}

function key(random: Random, keyCount: number): string {
  return `k${random.below(keyCount)}`;
}

function numberKey(random: Random, keyCount: number): string {
  return `n${random.below(keyCount)}`;
}

function value(random: Random): string {
  return `${random.pick(WORDS)}-${random.below(VALUES_OF_A_KEY / WORDS.length)}`;
}

function call(random: Random, keyCount: number): Signals {
  const keys: string[] = [];
  const values: string[] = [];
  for (let i = 0; i < SIGNALS; i++) {
    const isNumber = random.chance(0.2);
    keys.push(isNumber ? numberKey(random, keyCount) : key(random, keyCount));
    values.push(isNumber ? String(random.below(1_000)) : value(random));
  }
  return { keys, values, folded: values };
}
