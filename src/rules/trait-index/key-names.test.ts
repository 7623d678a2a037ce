import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import { asDataSourceId, asTraitId } from "../../model/ids.ts";
import { parseTraitRule } from "../trait-rule/trait-rule.ts";
import { KeyNames, NO_KEY } from "./key-names.ts";
import { buildTraitIndex, changeTraitIndex, type IndexedTrait } from "./trait-index.ts";

test("every key is found under its number and nothing else is, few keys and many", () => {
  const random = seededRandom(5);
  for (const count of [0, 1, 2, 30, 1_000]) {
    const name = () => {
      const units = Array.from({ length: random.below(5) }, () => random.pick([..."ab_.0é日"]));
      return units.join("") + random.pick(["", "", "_with_a_long_end"]);
    };
    const keys = [...new Set(Array.from({ length: count }, name))];
    const names = new KeyNames(keys);
    assert.equal(names.count, keys.length);
    for (const [number, key] of keys.entries()) assert.equal(names.numberOf(key), number, key);
    for (let n = 0; n < 500; n += 1) {
      const asked = name() + random.pick(["", "a", "x".repeat(9_000)]);
      assert.equal(names.numberOf(asked), keys.indexOf(asked), asked);
    }
  }
});

test("signals may name keys by their numbers, of rules that were added later too", () => {
  const base = buildTraitIndex([trait(1, "a == 1"), trait(2, "b == 1")], { caseSensitive: false });
  const changes = { caseSensitive: false, retired: new Set([asTraitId(2)]) };
  const once = changeTraitIndex(base, { ...changes, added: [trait(2, "b == 2 AND c == 1")] });
  const twice = changeTraitIndex(once, { ...changes, added: [trait(2, "d == 1 OR c == 9")] });
  const keys = ["d", "b", "c", "a", "z"];
  const numbersOf = (index: typeof base) => keys.map((key) => index.keyNumber(key));
  assert.deepEqual(numbersOf(base), [NO_KEY, 1, NO_KEY, 0, NO_KEY]);
  assert.deepEqual(numbersOf(once), [NO_KEY, 1, 3, 0, NO_KEY]);
  assert.deepEqual(numbersOf(twice), [4, 1, 3, 0, NO_KEY]);
  const values = ["1", "2", "1", "1", "1"];
  for (const [index, expected] of [
    [base, [1]],
    [once, [1, 2]],
    [twice, [1, 2]],
  ] as const) {
    const signals = { keys, values, folded: values };
    const numbered = { ...signals, keyNumbers: numbersOf(index) };
    assert.deepEqual(index.realized(numbered, null), expected);
    assert.deepEqual(index.realized(signals, null), expected);
  }
});

function trait(sid: number, text: string): IndexedTrait {
  const rule = parseTraitRule(text);
  assert.ok(rule.ok);
  return { sid: asTraitId(sid), dataSourceId: asDataSourceId(1), rule: rule.value };
}
