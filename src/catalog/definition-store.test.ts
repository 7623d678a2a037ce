import assert from "node:assert/strict";
import { test } from "node:test";
import { countKept as countKeptOf, KEPT_REVISIONS } from "./definition-store.ts";

const countKept = (sizes: readonly number[]): number => countKeptOf(sizes, KEPT_REVISIONS);
const { most, mostBytes, least } = KEPT_REVISIONS;

test("revisions are kept while there are neither too many nor too many bytes of them", () => {
  assert.equal(countKept([]), 0);
  assert.equal(countKept([1]), 1);
  assert.equal(countKept(Array(most).fill(1)), most);
  assert.equal(countKept(Array(most + 9).fill(1)), most);
  assert.equal(countKept(Array(10).fill(mostBytes / 4)), 4);
  assert.equal(countKept([1, mostBytes - 1, 1, 1]), 2);
});

test("two revisions are kept however large they are", () => {
  assert.equal(countKept([mostBytes * 2, mostBytes * 2, 1, 1]), least);
});
