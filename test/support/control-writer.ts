// A process that writes control records, the same number into all of them, one write after the other, until it
// is killed. Run as `node control-writer.ts <folder>`; writes one byte to standard output for each answered write.

import { type ChildProcess, spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { openEnvironment } from "../../src/stores/lmdb/environment.ts";
import { LmdbControlStore } from "../../src/stores/lmdb/lmdb-control-store.ts";

/** So many that they take several pages. */
const RECORDS = 300;

export function spawnControlWriter(folder: string): ChildProcess {
  return spawn(process.execPath, [import.meta.filename, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The numbers that the records hold: one where every write was whole. */
export async function numbersIn(store: LmdbControlStore): Promise<readonly number[]> {
  const records = await store.list("number");
  if (records.length === 0) return [0];
  const held = records.map(({ value }) => Number(value));
  return records.length === RECORDS ? [...new Set(held)] : [...held, Number.NaN];
}

async function writeOnAndOn(folder: string): Promise<void> {
  const store = new LmdbControlStore(openEnvironment({ folder, durability: "off" }));
  const [begun = 0] = await numbersIn(store);
  for (let number = begun + 1; ; number++) {
    const records = Array.from({ length: RECORDS }, (_, place) => {
      return { kind: "number", id: `${place}`, value: number };
    });
    if (await store.write(records)) writeSync(1, ".");
  }
}

// What `spawnControlWriter` made.
if (import.meta.main) await writeOnAndOn(process.argv[2] ?? "");
