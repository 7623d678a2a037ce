import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import { crowdedSignals, crowdedTraitRules } from "../../../test/support/random-trait-rules.ts";
import { printTraitRule } from "../trait-rule/trait-rule.ts";
import { buildSlowTraitIndex } from "./slow-trait-index.ts";
import { buildTraitIndex } from "./trait-index.ts";

const SETS = 1_000;
const RULES = 40;
const CALLS = 25;

test("on 1,000,000 pairs of a rule and a call the fast index answers as its slow twin", () => {
  let held = 0;
  for (let seed = 10_001; seed <= 10_000 + SETS; seed += 1) {
    const random = seededRandom(seed);
    const caseSensitive = seed % 3 === 0;
    const traits = crowdedTraitRules(random, RULES);
    const fast = buildTraitIndex(traits, { caseSensitive });
    const slow = buildSlowTraitIndex(traits, { caseSensitive });
    for (let call = 0; call < CALLS; call += 1) {
      const signals = crowdedSignals(random, caseSensitive);
      const expected = slow.realized(signals, null);
      const answered = fast.realized(signals, null);
      held += expected.length;
      const different = traits.find(({ sid }) => expected.includes(sid) !== answered.includes(sid));
      if (different === undefined) continue;
      const rule = printTraitRule(different.rule);
      assert.fail(`seed ${seed}, call ${call}: ${rule} on ${JSON.stringify(signals)}`);
    }
  }
  const pairs = SETS * RULES * CALLS;
  assert.equal(pairs, 1_000_000);
  // Neither always nor never: the pairs are worth comparing.
  assert.ok(held > pairs / 10 && held < (pairs * 9) / 10, `${held} pairs held`);
});
