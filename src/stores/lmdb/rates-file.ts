// What is counted of calls has a file of its own, which nobody tells the disk of: it is worth nothing
// after a minute, and counting must not wait for the transactions of visitors. It is removed when a node starts,
// and made anew.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { CommitQueue, MAX_WAITING_COMMITS, type Write } from "./commit-queue.ts";
import { type OpenedFile, openFile, type Root, withoutWriters } from "./store-file.ts";

export const RATES_FILE = "rates.mdb";

/** The first step of opening it. */
export function openRatesFile(folder: string): OpenedFile {
  return openFile(join(folder, RATES_FILE), { waitsForDisk: false });
}

export class RatesFile {
  readonly #root: Root;
  readonly #queue: CommitQueue;

  constructor(file: OpenedFile) {
    this.#root = file.begin();
    this.#queue = new CommitQueue(
      (writes) => void this.#root.transactionSync(writes),
      MAX_WAITING_COMMITS,
      "rates",
    );
  }

  get entries(): Root {
    return this.#root;
  }

  /** Commits in a group with others. */
  commit(write: Write): Promise<void> {
    return this.#queue.commit(write);
  }

  /** Runs the work while no process commits a count. */
  whileNobodyCommits<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.alone(() => withoutWriters(this.#root, work));
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#root.close();
  }
}

export function removeRatesFile(folder: string): void {
  for (const ending of ["", "-lock"]) rmSync(join(folder, RATES_FILE + ending), { force: true });
}
