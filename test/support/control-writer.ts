// A process that writes control records until it is killed: by turns in a write of their own and with a revision,
// each time the same number into all of them. Run as `node control-writer.ts <folder>`; writes one byte to
// standard output for each two answers.

import { type ChildProcess, spawn } from "node:child_process";
import { writeSync } from "node:fs";
import type { ControlRecord } from "../../src/control/control-store.ts";
import { openEnvironment } from "../../src/stores/lmdb/environment.ts";
import { LmdbControlStore } from "../../src/stores/lmdb/lmdb-control-store.ts";
import { LmdbDefinitionStore } from "../../src/stores/lmdb/lmdb-definition-store.ts";

/** So many that they take several pages. */
const RECORDS = 300;
/** Of records that are written alone, and of those that are published. */
export type Kind = "written" | "published";

export function spawnControlWriter(folder: string): ChildProcess {
  return spawn(process.execPath, [import.meta.filename, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The numbers that the records hold: one where every write was whole. */
export async function numbersIn(store: LmdbControlStore, kind: Kind): Promise<readonly number[]> {
  const records = await store.list(kind);
  if (records.length === 0) return [0];
  const held = records.map(({ value }) => Number(value));
  return records.length === RECORDS ? [...new Set(held)] : [...held, Number.NaN];
}

function recordsOf(kind: Kind, number: number): readonly ControlRecord[] {
  return Array.from({ length: RECORDS }, (_, place) => ({ kind, id: `${place}`, value: number }));
}

async function writeOnAndOn(folder: string): Promise<void> {
  const environment = openEnvironment({ folder, durability: "off" });
  const control = new LmdbControlStore(environment);
  const definitions = new LmdbDefinitionStore(environment);
  const [begun = 0] = await numbersIn(control, "written");
  let revision = (await definitions.latest())?.revision ?? 0;
  for (let number = begun + 1; ; number++) {
    await control.write(recordsOf("written", number));
    revision++;
    const records = recordsOf("published", revision);
    await definitions.publish({ revision, document: `${revision}`.repeat(5_000), records });
    writeSync(1, ".");
  }
}

// What `spawnControlWriter` made.
if (import.meta.main) await writeOnAndOn(process.argv[2] ?? "");
