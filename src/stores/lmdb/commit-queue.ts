// Group commit: calls that come while a transaction is under way, or within one turn of the event loop,
// share the next transaction, and each is answered when that one has done its work.

import { StoreOverloaded } from "./store-errors.ts";

/** A change to make inside a transaction. Throws before its first write, or not at all. */
export type Write = () => void;

/** Runs the writes in one transaction; resolves once that is as durable as it shall be. */
export type Transact = (writes: Write) => void | Promise<void>;

interface Waiting {
  readonly write: Write;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Beyond this many waiting commits a call is refused rather than kept in memory. */
export const MAX_WAITING_COMMITS = 20_000;

export class CommitQueue {
  readonly #transact: Transact;
  #waiting: Waiting[] = [];
  #underWay: Promise<void> | null = null;
  #isClosed = false;

  constructor(transact: Transact) {
    this.#transact = transact;
  }

  /** Resolves when the write is committed; rejects when nothing of it was. */
  commit(write: Write): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error("The store is closed."));
    if (this.#waiting.length >= MAX_WAITING_COMMITS) {
      return Promise.reject(new StoreOverloaded(MAX_WAITING_COMMITS));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#underWay ??= nextTurn().then(() => this.#commitGroups());
    });
  }

  /** Waits for all that was accepted, and accepts nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#underWay;
  }

  async #commitGroups(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#commitGroup(group);
      // Answers go out, and calls come in, before the next group.
      await nextTurn();
    }
    this.#underWay = null;
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const faults = new Map<Waiting, unknown>();
    try {
      await this.#transact(() => {
        for (const waiting of group) {
          try {
            waiting.write();
          } catch (fault) {
            faults.set(waiting, fault);
          }
        }
      });
    } catch (reason) {
      for (const { reject } of group) reject(reason);
      return;
    }
    for (const waiting of group) {
      if (faults.has(waiting)) waiting.reject(faults.get(waiting));
      else waiting.resolve();
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
