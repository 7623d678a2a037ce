import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import { sortNumbers } from "./sort-numbers.ts";

test("numbers are sorted ascending, few and many", () => {
  const random = seededRandom(3);
  for (let length = 0; length < 60; length += 1) {
    const numbers = Array.from({ length }, () => random.below(30));
    const sorted = numbers.toSorted((one, other) => one - other);
    sortNumbers(numbers);
    assert.deepEqual(numbers, sorted);
  }
});
