// What is counted of calls has a file of its own, which nobody tells the disk of: it is worth nothing
// after a minute, and counting must not wait for the transactions of visitors. It is made with the first
// call that is counted, and removed when a node starts.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { CommitQueue, MAX_WAITING_COMMITS, type Write } from "./commit-queue.ts";

export const RATES_FILE = "rates.mdb";

export class RatesFile {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #queue: CommitQueue;

  constructor(folder: string) {
    this.#root = open<Uint8Array, Uint8Array>({
      path: join(folder, RATES_FILE),
      encoding: "binary",
      keyEncoding: "binary",
      noSync: true,
      overlappingSync: false,
    });
    this.#queue = new CommitQueue(
      (writes) => void this.#root.transactionSync(writes),
      MAX_WAITING_COMMITS,
      "rates",
    );
  }

  get entries(): RootDatabase<Uint8Array, Uint8Array> {
    return this.#root;
  }

  /** Commits in a group with others. */
  commit(write: Write): Promise<void> {
    return this.#queue.commit(write);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#root.close();
  }
}

export function ratesFileExists(folder: string): boolean {
  return existsSync(join(folder, RATES_FILE));
}

export function removeRatesFile(folder: string): void {
  for (const ending of ["", "-lock"]) rmSync(join(folder, RATES_FILE + ending), { force: true });
}
