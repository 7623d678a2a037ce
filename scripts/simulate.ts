// Runs the simulation as long as one likes:
//
//     node scripts/simulate.ts --seeds 100 --steps 30000 [--seed 1] [--store memory|lmdb]
//
// Prints one line a seed. Stops at the first promise that is broken, says which, and ends with 1.

import { parseArgs } from "node:util";
import type { VisitorStore } from "../src/profiles/visitor-store.ts";
import { openEnvironment } from "../src/stores/lmdb/environment.ts";
import { LmdbVisitorStore } from "../src/stores/lmdb/lmdb-visitor-store.ts";
import { MemoryVisitorStore } from "../src/stores/memory/memory-visitor-store.ts";
import { SimulationFault, simulate } from "../test/simulation/simulation.ts";
import { storeFolder } from "../test/support/store-folder.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1" },
    steps: { type: "string", default: "30000" },
    seed: { type: "string", default: "1" },
    store: { type: "string", default: "memory" },
  },
});

function newStore(): VisitorStore {
  if (values.store === "memory") return new MemoryVisitorStore();
  if (values.store !== "lmdb") throw new Error(`--store is memory or lmdb, not ${values.store}.`);
  return new LmdbVisitorStore(openEnvironment({ folder: storeFolder(), durability: "commit" }));
}

const first = countOf(values.seed, "--seed");
const steps = countOf(values.steps, "--steps");
for (let seed = first; seed < first + countOf(values.seeds, "--seeds"); seed++) {
  const store = newStore();
  try {
    const report = await simulate({ seed, steps, store });
    const { days, calls, answered, stored, segments, crashes, revisions, digest } = report;
    console.log(
      `seed ${seed}: ${days} days, ${calls} calls, ${answered} answered, ${stored} stored, ` +
        `${segments} segments, ${crashes} crashes, ${revisions} revisions, ${digest.slice(0, 12)}`,
    );
  } catch (fault) {
    if (!(fault instanceof SimulationFault)) throw fault;
    console.error(fault.message);
    process.exitCode = 1;
    break;
  } finally {
    await store.close();
  }
}

function countOf(text: string, option: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new Error(`${option} is a whole number from 1 on, not ${text}.`);
  }
  return count;
}
