import assert from "node:assert/strict";
import { test } from "node:test";
import { buildBlob } from "./blob.ts";

const SECRET = new TextEncoder().encode("a secret");
const HOUR_MS = 3_600_000;

test("a blob is 22 characters of URL-safe base64 and differs by region, hour and secret", () => {
  const blob = buildBlob(SECRET, 6, 5 * HOUR_MS);
  assert.match(blob, /^[A-Za-z0-9_-]{22}$/);
  assert.equal(buildBlob(SECRET, 6, 6 * HOUR_MS - 1), blob);
  assert.notEqual(buildBlob(SECRET, 6, 6 * HOUR_MS), blob);
  assert.notEqual(buildBlob(SECRET, 7, 5 * HOUR_MS), blob);
  assert.notEqual(buildBlob(new Uint8Array(3), 6, 5 * HOUR_MS), blob);
});
