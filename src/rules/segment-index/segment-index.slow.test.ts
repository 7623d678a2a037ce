import assert from "node:assert/strict";
import { test } from "node:test";
import { compareTwins, type TwinsCount } from "../../../test/support/segment-index-twins.ts";

test("fast and slow agree on 300,000 seeded pairs of rule and profile", () => {
  const count: TwinsCount = { pairs: 0, qualified: 0, changing: 0, foretold: 0 };
  for (let seed = 1_000; count.pairs < 300_000; seed++) compareTwins(seed, count);
  assert.ok(count.foretold > 0.9 * count.changing, `${count.foretold} of ${count.changing}`);
});
