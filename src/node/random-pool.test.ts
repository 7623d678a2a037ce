import assert from "node:assert/strict";
import { test } from "node:test";
import { pooledRandomBytes } from "./random-pool.ts";

test("no byte of the source is given out twice, and a slice stays as it was", () => {
  let next = 0;
  const bytes = pooledRandomBytes((count) => {
    const filled = Buffer.alloc(count);
    for (let index = 0; index < count; index++) filled[index] = next++ % 251;
    return filled;
  });
  const slices = Array.from({ length: 1000 }, (_, index) => bytes(index % 17));
  const given = slices.map((slice) => slice.toString("hex"));
  assert.deepEqual(
    slices.map((slice) => slice.length),
    given.map((_, index) => index % 17),
  );
  // 251 is prime: two equal slices of eight bytes or more would begin at the same place of one period.
  const twice = bytes(8).equals(bytes(8));
  assert.equal(twice, false);
  assert.deepEqual(
    slices.map((slice) => slice.toString("hex")),
    given,
  );
});

test("more than the pool holds can be asked for", () => {
  const bytes = pooledRandomBytes((count) => Buffer.alloc(count, 1));
  assert.equal(bytes(100_000).length, 100_000);
});
