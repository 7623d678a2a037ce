import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readStore } from "./read-store.ts";

const PLAIN = {
  ...{ kind: "redis", isEncrypted: false, username: null, password: null },
  ...{ replicas: 0, replicaPatienceMs: 500, timeoutMs: 1_000 },
};

describe("--store", () => {
  for (const [text, expected] of [
    ["lmdb:", { kind: "lmdb" }],
    ["redis://one:6379", { ...PLAIN, seeds: ["one:6379"] }],
    ["redis://one:6379,[::1]:7000", { ...PLAIN, seeds: ["one:6379", "[::1]:7000"] }],
    ["rediss://one:6379?", { ...PLAIN, seeds: ["one:6379"], isEncrypted: true }],
    [
      "redis://one:1?wait=1&waitMs=100&timeoutMs=250",
      { ...PLAIN, seeds: ["one:1"], replicas: 1, replicaPatienceMs: 100, timeoutMs: 250 },
    ],
    [
      "redis://one:1?username=dcs&password=a%26b%20c",
      { ...PLAIN, seeds: ["one:1"], username: "dcs", password: "a&b c" },
    ],
  ] as const) {
    it(`understands ${text}`, () => {
      assert.deepEqual(readStore(text), { ok: true, value: expected });
    });
  }

  for (const text of [
    ...["", "lmdb", "redis:", "redis://", "redis://one", "redis://one:6379,", "http://one:6379"],
    ...["redis://one:1?wait=11", "redis://one:1?wait=1&wait=1", "redis://one:1?wait=-1"],
    ...["redis://one:1?timeoutMs=1.5", "redis://one:1?timeoutMs=", "redis://one:1?database=1"],
  ]) {
    it(`refuses ${text}, and says what it expects`, () => {
      const read = readStore(text);
      assert.equal(read.ok, false);
      assert.match(read.error, /^lmdb: or redis:\/\/host:port.*timeoutMs \(10 to 10000\)/);
    });
  }
});
