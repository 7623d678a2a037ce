import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { sortNumbers } from "./sort-numbers.ts";

test("so many numbers are sorted ascending, few and many, and what is behind them stays", () => {
  const random = seededRandom(3);
  for (let length = 0; length < 120; length += 1) {
    const numbers = Int32Array.from({ length: length + 2 }, () => random.below(30));
    const expected = [...numbers.slice(0, length).sort(), ...numbers.slice(length)];
    sortNumbers(numbers, length);
    assert.deepEqual([...numbers], expected);
  }
});
