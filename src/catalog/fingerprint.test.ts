import assert from "node:assert/strict";
import { it } from "node:test";
import { Fingerprint } from "./fingerprint.ts";

function fingerprintOf(...texts: readonly string[]): string {
  const fingerprint = new Fingerprint();
  for (const text of texts) fingerprint.add(text);
  return fingerprint.toString();
}

it("equal texts have one fingerprint", () => {
  assert.equal(fingerprintOf("a", "b"), fingerprintOf("a", "b"));
  assert.match(fingerprintOf("a"), /^[0-9a-f]{32}$/);
});

it("other texts, another order and other ends have others", () => {
  const rows = [[], [""], ["", ""], ["a"], ["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"]];
  assert.equal(new Set(rows.map((texts) => fingerprintOf(...texts))).size, rows.length);
});

it("a hundred thousand texts that differ little have no fingerprint in common, in any quarter", () => {
  const quarters: Set<string>[] = [new Set(), new Set(), new Set(), new Set()];
  const count = 100_000;
  for (let index = 0; index < count; index += 1) {
    const fingerprint = fingerprintOf(`{"sid":${index},"ttl":120}`);
    for (const [lane, seen] of quarters.entries()) {
      seen.add(fingerprint.slice(lane * 8, lane * 8 + 8));
    }
  }
  // Chance alone makes one or two of 32 bits meet.
  for (const seen of quarters) assert.ok(count - seen.size < 20, `${count - seen.size} met`);
});
