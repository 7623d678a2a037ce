// Group commit: calls that come within one turn of the event loop, or while a transaction is under
// way, share the next transaction, and each is answered when that one has done its work.

import { channel } from "node:diagnostics_channel";
import { StoreOverloaded } from "./store-errors.ts";

/**
 * A change to make inside a transaction. Throws before its first write, or not at all. What it gives is told
 * to whoever waits for its commit.
 */
export type Write<T = void> = () => T;

/** Runs the writes in one transaction; is done once that is as durable as it shall be. */
export type Transact = (writes: Write) => void | Promise<void>;

interface Waiting {
  readonly write: Write<unknown>;
  readonly resolve: (given: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** What the write gave, or threw. */
  outcome: unknown;
  hasFailed: boolean;
}

/** Beyond this many waiting commits a call is refused rather than kept in memory. */
export const MAX_WAITING_COMMITS = 20_000;
/** So that no process, this one or another that wants to write, stands still for long. */
export const MAX_COMMITS_A_TRANSACTION = 1_000;

/** Hears of each group that was committed: `{ file, commits, durationMs }`. */
const GROUPS = channel("dunlin.commit-group");

/** What a queue commits to, for those who watch it. */
export type QueueName = "profiles" | "rates";

export class CommitQueue {
  readonly #transact: Transact;
  readonly #name: QueueName;
  readonly #limit: number;
  #waiting: Waiting[] = [];
  /** Work that nothing is committed beside. */
  readonly #alone: (() => Promise<void>)[] = [];
  #isAlone = false;
  #underWay: Promise<void> | null = null;
  #isClosed = false;

  constructor(
    transact: Transact,
    limit: number = MAX_WAITING_COMMITS,
    name: QueueName = "profiles",
  ) {
    this.#transact = transact;
    this.#limit = limit;
    this.#name = name;
  }

  /** Resolves with what the write gave when that is committed; rejects when nothing of it was. */
  commit<T>(write: Write<T>): Promise<T> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      // What was given is what is resolved with.
      this.#wait(write, resolve as (given: unknown) => void, reject);
    });
  }

  /** Commits later, unanswered; throws where it cannot wait. `onFault` hears of a write that was lost. */
  commitLater(write: Write, onFault: (reason: unknown) => void): void {
    const refusal = this.#refusal();
    if (refusal !== null) throw refusal;
    this.#wait(write, NOBODY_WAITS, onFault);
  }

  /** Runs the work between two groups; what comes meanwhile waits until it is settled. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error("The store is closed."));
    return new Promise((resolve, reject) => {
      this.#alone.push(async () => {
        this.#isAlone = true;
        await work().then(resolve, reject);
        this.#isAlone = false;
      });
      this.#begin();
    });
  }

  /**
   * Commits what waits before it returns. Only for a `Transact` that does not wait either, and in a process
   * that lets nobody have the store alone.
   */
  commitNow(): void {
    if (this.#isAlone) throw new Error("Invariant broken: a commit would become part of another's");
    while (this.#waiting.length > 0) this.#commitGroup(this.#nextGroup());
  }

  /** Waits for all that was accepted, and accepts nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#underWay;
  }

  #refusal(): Error | null {
    if (this.#isClosed) return new Error("The store is closed.");
    return this.#waiting.length >= this.#limit ? new StoreOverloaded(this.#limit) : null;
  }

  #wait(write: Write<unknown>, resolve: Waiting["resolve"], reject: Waiting["reject"]): void {
    this.#waiting.push({ write, resolve, reject, outcome: undefined, hasFailed: false });
    this.#begin();
  }

  #begin(): void {
    this.#underWay ??= nextTurn().then(() => this.#commitGroups());
  }

  async #commitGroups(): Promise<void> {
    while (this.#waiting.length > 0 || this.#alone.length > 0) {
      if (this.#waiting.length > 0) await this.#commitGroup(this.#nextGroup());
      await this.#alone.shift()?.();
      // Answers go out, and calls come in, before the next group.
      await nextTurn();
    }
    this.#underWay = null;
  }

  #nextGroup(): Waiting[] {
    const all = this.#waiting;
    this.#waiting = all.splice(MAX_COMMITS_A_TRANSACTION);
    return all;
  }

  #commitGroup(group: readonly Waiting[]): void | Promise<void> {
    const beganAt = GROUPS.hasSubscribers ? performance.now() : 0;
    const settle = (): void => {
      if (GROUPS.hasSubscribers) this.#tell(group.length, performance.now() - beganAt);
      for (const waiting of group) {
        if (waiting.hasFailed) waiting.reject(waiting.outcome);
        else waiting.resolve(waiting.outcome);
      }
    };
    const fail = (reason: unknown): void => {
      for (const { reject } of group) reject(reason);
    };
    try {
      const underWay = this.#transact(() => {
        for (const waiting of group) {
          try {
            waiting.outcome = waiting.write();
          } catch (fault) {
            waiting.outcome = fault;
            waiting.hasFailed = true;
          }
        }
      });
      if (underWay !== undefined) return underWay.then(settle, fail);
    } catch (reason) {
      return fail(reason);
    }
    settle();
  }

  #tell(commits: number, durationMs: number): void {
    GROUPS.publish({ file: this.#name, commits, durationMs });
  }
}

const NOBODY_WAITS = (): void => {};

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
