import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL_OF_FIRST, joinSeenKeys, MOST_OTHER_KEYS, ONE_IN, SeenKeys } from "./seen-keys.ts";

function sawCalls(seen: SeenKeys, calls: number, key = "c_page"): number {
  let looked = 0;
  for (let call = 0; call < calls; call++) {
    if (!seen.looksAt(7)) continue;
    looked++;
    seen.saw(7, key, false);
  }
  return looked;
}

test("all of a partner's first calls are looked at, then one of sixteen", () => {
  const seen = new SeenKeys(5);
  assert.equal(sawCalls(seen, ALL_OF_FIRST), ALL_OF_FIRST);
  assert.equal(sawCalls(seen, 100 * ONE_IN), 100);
  assert.deepEqual(seen.report(7), {
    ...{ calls: ALL_OF_FIRST + 100, since: 5 },
    keys: [["c_page", ALL_OF_FIRST + 100]],
  });
  assert.deepEqual(seen.report(8), { calls: 0, since: 5, keys: [] });
});

test("of very many keys the frequent ones are kept, and all that rules ask for", () => {
  const seen = new SeenKeys(0);
  seen.looksAt(7);
  seen.saw(7, "asked", true);
  for (let round = 0; round < 20; round++) {
    for (let often = 0; often < 50; often++) seen.saw(7, `often${often}`, false);
    for (let once = 0; once < MOST_OTHER_KEYS; once++) seen.saw(7, `once${round}.${once}`, false);
  }
  const { keys } = seen.report(7);
  const counts = new Map(keys);
  assert.equal(keys.length, MOST_OTHER_KEYS + 1);
  assert.deepEqual([counts.get("asked"), counts.get("often0"), counts.get("often49")], [1, 20, 20]);
});

test("what workers saw is added up, also a key that rules asked for only on one of them", () => {
  const [one, other] = [new SeenKeys(20), new SeenKeys(10)];
  for (const seen of [one, other]) seen.looksAt(7);
  one.saw(7, "a", true);
  one.saw(7, "a", false);
  other.saw(7, "a", false);
  other.saw(7, "b", true);
  const joined = joinSeenKeys([one.report(7), other.report(7)]);
  assert.deepEqual([joined.calls, joined.since], [2, 10]);
  assert.deepEqual(Object.fromEntries(joined.keys), { a: 3, b: 1 });
});
