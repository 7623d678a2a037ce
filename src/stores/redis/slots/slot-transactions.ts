// Changes of one slot's values, all or nothing: each is a job that is given the values and says what becomes of
// them. Jobs for one tag that come at once are done together, one after the other on the same draft, and written
// by one script, which writes nothing where somebody else was faster: then all of them are done anew on what is
// there now. So there is one meaning of every merge, that of the model, and nothing is ever waited for but the
// network.

import { StoreOverloaded, StoreUnavailable } from "../store-faults.ts";
import { asFault } from "./as-fault.ts";
import type { CommandBatches } from "./command-batches.ts";
import { SeenValues } from "./seen-values.ts";
import { type Cell, type DraftEntry, type Seen, SlotDraft, seenIn } from "./slot-draft.ts";
import { COMPARE_AND_SET_SCRIPT } from "./slot-script.ts";
import { hasStamp, NO_STAMP, type Stamp, StampMaker, writeStamped } from "./stamped-value.ts";

export interface SlotJob<T> {
  readonly tag: string;
  /** All that it may ask for. */
  readonly cells: readonly Cell<unknown>[];
  /** May be run several times, of which the last counts; where it throws, it has changed nothing. */
  readonly run: (draft: SlotDraft) => T;
}

interface Waiting {
  readonly job: SlotJob<unknown>;
  readonly resolve: (outcome: unknown) => void;
  readonly reject: (fault: Error) => void;
}

/** So that no process stands still for long. */
const MAX_JOBS_TOGETHER = 1_000;
/** Of a key that so many others write meanwhile, one is always written. */
const MAX_ATTEMPTS = 200;

export interface SlotTransactionsOptions {
  readonly reads: CommandBatches;
  readonly writes: CommandBatches;
  /** Jobs that may wait at once. */
  readonly limit: number;
  /** This process's clock, never one that is set by hand: milliseconds since the epoch. */
  readonly now: () => number;
}

export class SlotTransactions {
  readonly #options: SlotTransactionsOptions;
  readonly #stamps = new StampMaker();
  readonly #seen = new SeenValues();
  readonly #queues = new Map<string, Waiting[]>();
  #waiting = 0;

  constructor(options: SlotTransactionsOptions) {
    this.#options = options;
  }

  /** How many jobs wait to be written. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves once it is written, with what the job gave. */
  commit<T>(job: SlotJob<T>): Promise<T> {
    const { limit } = this.#options;
    if (this.#waiting >= limit) return Promise.reject(new StoreOverloaded(limit));
    this.#waiting++;
    return new Promise<T>((resolve, reject) => {
      // What the job gave.
      const waiting = { job, resolve: resolve as Waiting["resolve"], reject };
      const queue = this.#queues.get(job.tag);
      if (queue === undefined) {
        this.#queues.set(job.tag, [waiting]);
        queueMicrotask(() => void this.#work(job.tag));
      } else {
        queue.push(waiting);
      }
    });
  }

  /** What is stored now. */
  async read(tag: string, cells: readonly Cell<unknown>[]): Promise<readonly Seen[]> {
    const keys = cells.map(({ key }) => key);
    const stored = await this.#options.reads.get(tag, keys);
    return cells.map((cell, place) => this.#see(cell, stored[place] ?? null));
  }

  async readOne(tag: string, cell: Cell<unknown>): Promise<Seen> {
    const [stored = null] = await this.#options.reads.get(tag, [cell.key]);
    return this.#see(cell, stored);
  }

  /** Of all that was seen nothing is believed any more. */
  forgetSeen(): void {
    this.#seen.clear();
  }

  #see(cell: Cell<unknown>, stored: Buffer | null): Seen {
    const seen = seenIn(cell, stored, this.#seen.get(cell.key));
    if (stored === null && cell.kind.isRare === true) this.#seen.forget(cell.key);
    else this.#seen.keep(cell.key, seen);
    return seen;
  }

  async #work(tag: string): Promise<void> {
    const queue = this.#queues.get(tag) ?? [];
    while (queue.length > 0) {
      const together = queue.splice(0, MAX_JOBS_TOGETHER);
      try {
        const settles = await this.#commitTogether(tag, together);
        this.#waiting -= together.length;
        for (const settle of settles) settle();
      } catch (fault) {
        this.#waiting -= together.length;
        for (const { reject } of together) reject(asFault(fault));
      }
      if (queue.length > 0) continue;
      for (const { job } of together) {
        for (const { key, kind } of job.cells)
          if (kind.isReadFirst === true) this.#seen.forget(key);
      }
    }
    this.#queues.delete(tag);
  }

  async #commitTogether(
    tag: string,
    together: readonly Waiting[],
  ): Promise<readonly (() => void)[]> {
    const cells = new Map<string, Cell<unknown>>();
    for (const { job } of together) for (const cell of job.cells) cells.set(cell.key, cell);
    const bases = new Map<string, Seen>();
    const missing: Cell<unknown>[] = [];
    for (const cell of cells.values()) {
      const seen = this.#seen.get(cell.key);
      if (seen !== undefined) bases.set(cell.key, seen);
      else if (cell.kind.isRare === true) bases.set(cell.key, seenIn(cell, null));
      else missing.push(cell);
    }
    if (missing.length > 0) {
      const read = await this.read(tag, missing);
      for (const [place, { key }] of missing.entries()) {
        bases.set(key, read[place] ?? this.#unread(key));
      }
    }

    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const draft = new SlotDraft(cells.values(), ({ key }) => bases.get(key) ?? this.#unread(key));
      const settles = runAll(draft, together);
      const written = await this.#write(tag, draft);
      if (written === null) return settles;
      for (const [key, seen] of written) bases.set(key, seen);
    }
    throw new StoreUnavailable(`The store was changed by others ${MAX_ATTEMPTS} times meanwhile.`);
  }

  #unread(key: string): never {
    throw new Error(`Invariant broken: ${key} was read`);
  }

  /** Null once all is written; else what is there instead. */
  async #write(tag: string, draft: SlotDraft): Promise<ReadonlyMap<string, Seen> | null> {
    const { entries } = draft;
    if (entries.length === 0) return null;
    const now = this.#options.now();
    const stamp = this.#stamps.next(now);
    const seenStamps: Buffer[] = [];
    const changes: (string | Buffer)[] = [];
    const kept: (readonly [string, Seen])[] = [];
    for (const entry of entries) {
      seenStamps.push(Buffer.from(entry.seen.stamps.latest, "latin1"));
      kept.push([entry.cell.key, this.#addChange(changes, entry, stamp, now)]);
    }
    const keys = entries.map(({ cell }) => cell.key);
    let reply: unknown;
    try {
      const args = [...seenStamps, ...changes];
      reply = await this.#options.writes.run(COMPARE_AND_SET_SCRIPT, tag, keys, args);
    } catch (fault) {
      // Whether it was written is not known.
      for (const key of keys) this.#seen.forget(key);
      throw fault;
    }
    if (!Array.isArray(reply)) {
      for (const [key, seen] of kept) this.#seen.keep(key, seen);
      return null;
    }
    return this.#whatIsThere(entries, reply, stamp);
  }

  #addChange(
    changes: (string | Buffer)[],
    { cell, seen, value, isChanged, lifeMs }: DraftEntry,
    stamp: Stamp,
    now: number,
  ): Seen {
    if (!isChanged) {
      changes.push("keep", "");
      return seen;
    }
    const record = cell.kind.encode(value);
    if (record === null) {
      changes.push("remove", "");
      return seenIn(cell, null);
    }
    const stamps = { latest: stamp, older: this.#stamps.olderAfter(seen.stamps, now) };
    changes.push(lifeMs === null ? "set" : `${Math.ceil(lifeMs)}`, writeStamped(stamps, record));
    return { stamps, value, fault: null, bytes: record.length };
  }

  #whatIsThere(
    entries: readonly DraftEntry[],
    values: readonly unknown[],
    stamp: Stamp,
  ): ReadonlyMap<string, Seen> | null {
    const there = new Map<string, Seen>();
    let isWritten = false;
    for (const [place, { cell, isChanged }] of entries.entries()) {
      // MGET answers with bytes or null.
      const seen = this.#see(cell, (values[place] ?? null) as Buffer | null);
      there.set(cell.key, seen);
      // Written before, by an attempt whose answer was lost.
      if (isChanged && stamp !== NO_STAMP && hasStamp(seen.stamps, stamp)) isWritten = true;
    }
    return isWritten ? null : there;
  }
}

/** Runs every job; gives what settles them once what they did is written. */
function runAll(draft: SlotDraft, together: readonly Waiting[]): readonly (() => void)[] {
  return together.map(({ job, resolve, reject }) => {
    try {
      const outcome = draft.attempt(job.run);
      return () => resolve(outcome);
    } catch (fault) {
      return () => reject(asFault(fault));
    }
  });
}
