// Short runs of the simulation; the long ones are in `simulation.slow.test.ts`.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryVisitorStore } from "../../src/stores/memory/memory-visitor-store.ts";
import { simulate } from "./simulation.ts";

const SEEDS = [1, 2, 3];
const STEPS = 2_500;

describe("the pipeline of calls under faults, crashes and changing definitions", () => {
  for (const seed of SEEDS) {
    test(`keeps its promises in ${STEPS} steps of seed ${seed}`, async () => {
      const report = await simulate({ seed, steps: STEPS, store: new MemoryVisitorStore() });
      // The run was about something.
      assert.ok(report.answered > 150 && report.segments > 50, JSON.stringify(report));
      assert.ok(report.crashes > 0 && report.revisions > 3, JSON.stringify(report));
    });
  }

  test("is the same again with the same seed, and another with another", async () => {
    const digests: string[] = [];
    for (const seed of [7, 7, 8]) {
      const { digest } = await simulate({ seed, steps: 800, store: new MemoryVisitorStore() });
      digests.push(digest);
    }
    assert.equal(digests[0], digests[1]);
    assert.notEqual(digests[0], digests[2]);
  });
});
