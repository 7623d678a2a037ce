import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTime } from "./parse-time.ts";

const GOOD: readonly [string, number][] = [
  ["2026-01-01T00:00:00Z", 1_767_225_600_000],
  ["2026-01-01t00:00:00z", 1_767_225_600_000],
  ["2026-01-01T01:30:00+01:30", 1_767_225_600_000],
  ["2026-01-01T00:00:00.250Z", 1_767_225_600_250],
  ["1970-01-01T00:00:00Z", 0],
  ["2024-02-29T12:00:00Z", 1_709_208_000_000],
];

for (const [text, time] of GOOD) {
  test(`${text} is a time`, () => assert.deepEqual(parseTime(text), { ok: true, value: time }));
}

const BAD = [
  "",
  "now",
  "1767225600000",
  "2026-01-01",
  "2026-01-01T00:00:00",
  "2026-13-01T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "2025-02-29T00:00:00Z",
  "2026-01-01T25:00:00Z",
  "1969-12-31T23:59:59Z",
  " 2026-01-01T00:00:00Z",
];

for (const text of BAD) {
  test(`"${text}" is no time, and the answer shows one`, () => {
    const parsed = parseTime(text);
    assert.ok(!parsed.ok && parsed.error.includes("2026-01-01T00:00:00Z"));
  });
}
