// Where each documented vector of the management API is tried.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MANAGEMENT_VECTORS } from "../support/management-vectors.ts";

/** A journey, and the vectors that it plays by their names. */
const TRIED_IN: Readonly<Record<string, readonly string[]>> = {
  "management-vectors.test.ts": [
    ...["M01", "M02", "M03", "M05", "M06", "M07", "M08", "M09", "M10", "M11", "M12", "M13", "M14"],
  ],
  "access.slow.test.ts": ["M04", "M17", "M18", "M19", "M20"],
  "resources-reference.test.ts": ["M15", "M16", "M21", "M22", "M23", "M25", "M26", "M29"],
  "resources-documented.test.ts": ["M24", "M27"],
  "resources-limits.slow.test.ts": ["M28"],
  "models.test.ts": ["M30"],
};

test("every documented vector of the management API is tried somewhere, once", () => {
  const tried = Object.values(TRIED_IN).flat().sort();
  assert.deepEqual(tried, MANAGEMENT_VECTORS.map(({ id }) => id).sort());
});

test("the journeys that are named play what is said of them", () => {
  const missing = Object.entries(TRIED_IN).flatMap(([file, ids]) => {
    const text = readFileSync(new URL(`../journeys/${file}`, import.meta.url), "utf8");
    // As a string of its own, or at the head of a title.
    return ids.filter((id) => !new RegExp(`"${id}[":]`).test(text)).map((id) => `${file}: ${id}`);
  });
  assert.deepEqual(missing, []);
});
