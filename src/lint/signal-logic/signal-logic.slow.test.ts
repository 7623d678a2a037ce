import assert from "node:assert/strict";
import { test } from "node:test";
import { holdVerdictsAgainstCalls } from "../../../test/support/signal-verdicts.ts";

for (let seed = 100; seed < 104; seed++) {
  test(`thousands of calls make no rule true of which that was said, and every rule of which that was (seed ${seed})`, () => {
    const said = holdVerdictsAgainstCalls(seed, { rules: 3_000, calls: 1_500 });
    assert.ok(Math.min(...Object.values(said)) > 200, JSON.stringify(said));
  });
}
