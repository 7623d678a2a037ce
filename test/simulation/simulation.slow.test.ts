// Long runs of the simulation: months of simulated time, over each store.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openEnvironment } from "../../src/stores/lmdb/environment.ts";
import { LmdbVisitorStore } from "../../src/stores/lmdb/lmdb-visitor-store.ts";
import { MemoryVisitorStore } from "../../src/stores/memory/memory-visitor-store.ts";
import { storeFolder } from "../support/store-folder.ts";
import { simulate } from "./simulation.ts";

const STEPS = 30_000;

describe("months of calls under faults, crashes and changing definitions", () => {
  for (const seed of Array.from({ length: 12 }, (_, place) => 101 + place)) {
    test(`over the store in memory, seed ${seed}`, async () => {
      const report = await simulate({ seed, steps: STEPS, store: new MemoryVisitorStore() });
      assert.ok(report.days > 60 && report.answered > 2_000, JSON.stringify(report));
    });
  }

  for (const durability of ["commit", "fsync"] as const) {
    test(`over LMDB with ${durability}, where every answer is that of the store in memory`, async () => {
      const seed = durability === "commit" ? 201 : 202;
      // A disk that is waited for makes steps slow.
      const steps = durability === "commit" ? STEPS : STEPS / 10;
      const store = new LmdbVisitorStore(openEnvironment({ folder: storeFolder(), durability }));
      const { digest } = await simulate({ seed, steps, store });
      await store.close();
      const twin = await simulate({ seed, steps, store: new MemoryVisitorStore() });
      assert.equal(digest, twin.digest);
    });
  }
});
