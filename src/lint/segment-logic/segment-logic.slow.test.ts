import assert from "node:assert/strict";
import { test } from "node:test";
import { holdVerdictsAgainstVisitors } from "../../../test/support/segment-verdicts.ts";

for (let seed = 200; seed < 203; seed++) {
  test(`thousands of visitors meet no rule that nobody should meet, and every rule that others are narrower than (seed ${seed})`, () => {
    const said = holdVerdictsAgainstVisitors(seed, { rules: 500, visitors: 1_500 });
    assert.ok(said.nobody > 10 && said.narrower > 100, JSON.stringify(said));
  });
}
