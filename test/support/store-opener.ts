// A process that opens and closes a store's file again and again, to read it, beside others that commit. Run
// as `node store-opener.ts <JSON of an Opening>`; writes one byte to standard output for each time.

import { writeSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { enterStore } from "../../src/node/backups/store-door.ts";
import { PROFILES_FILE } from "../../src/stores/lmdb/environment.ts";

export interface Opening {
  readonly folder: string;
  /** How often it enters, and opens that often each time. */
  readonly times: number;
  /** Enters without a word to anybody: what must not be done. */
  readonly breaksIn?: true;
}

export function openerArguments(opening: Opening): string[] {
  return [import.meta.filename, JSON.stringify(opening)];
}

async function enterOften({ folder, times, breaksIn }: Opening): Promise<void> {
  const path = join(folder, PROFILES_FILE);
  const openOften = (): void => {
    for (let time = 0; time < times; time++) {
      void open({ path, readOnly: true, maxDbs: 32, mapSize: 2 ** 30 }).close();
      writeSync(1, ".");
    }
  };
  for (let time = 0; time < times; time++) {
    await (breaksIn ? openOften() : enterStore(folder, openOften));
  }
}

// What `openerArguments` made.
if (import.meta.main) await enterOften(JSON.parse(process.argv[2] ?? "") as Opening);
