// What is known of a slot's values, and what changes make of them before they are written.

import { NEVER_WRITTEN, readStamped, type Stamps } from "./stamped-value.ts";

/** What a kind of value is as bytes; null: nothing is stored. */
export interface CellKind<V> {
  decode(record: Uint8Array | null): V;
  encode(value: V): Uint8Array | null;
  /** Whoever changes it reads it before: what was seen need not be kept when it is written. */
  readonly isReadFirst?: boolean;
  /** Of most keys there is none: so it is taken until the store says otherwise. */
  readonly isRare?: boolean;
}

/** A key and what kind of value it has. */
export interface Cell<V> {
  readonly key: string;
  readonly kind: CellKind<V>;
}

/** A value as it was read. */
export interface Seen {
  readonly stamps: Stamps;
  readonly value: unknown;
  /** Why there is no value: what is stored is damaged. */
  readonly fault: unknown;
  /** Of the stored record. */
  readonly bytes: number;
}

export function seenIn(cell: Cell<unknown>, stored: Buffer | null, before?: Seen): Seen {
  if (stored === null) {
    return { stamps: NEVER_WRITTEN, value: cell.kind.decode(null), fault: null, bytes: 0 };
  }
  const { stamps, record } = readStamped(stored);
  // What has not been written since need not be read again.
  if (before !== undefined && before.stamps.latest === stamps.latest) return before;
  const bytes = record.length;
  try {
    return { stamps, value: cell.kind.decode(record), fault: null, bytes };
  } catch (fault) {
    return { stamps, value: null, fault, bytes };
  }
}

export function seenValue<V>(_cell: Cell<V>, { value, fault }: Seen): V {
  if (fault !== null) throw fault;
  // Decoded by the cell's own kind.
  return value as V;
}

export interface DraftEntry {
  readonly cell: Cell<unknown>;
  readonly seen: Seen;
  value: unknown;
  isChanged: boolean;
  lifeMs: number | null;
}

/** The values of some cells of a slot; every change of them is made, or taken back, with the job that makes it. */
export class SlotDraft {
  readonly #entries = new Map<string, DraftEntry>();
  #undo: (() => void)[] = [];

  constructor(cells: Iterable<Cell<unknown>>, seenOf: (cell: Cell<unknown>) => Seen) {
    for (const cell of cells) {
      const seen = seenOf(cell);
      const { value } = seen;
      this.#entries.set(cell.key, { cell, seen, value, isChanged: false, lifeMs: null });
    }
  }

  get entries(): readonly DraftEntry[] {
    return [...this.#entries.values()];
  }

  get<V>(cell: Cell<V>): V {
    const entry = this.#entryOf(cell.key);
    return seenValue(cell, { ...entry.seen, value: entry.value });
  }

  /** `lifeMs`: how long the store need keep it; null: for ever. */
  set<V>(cell: Cell<V>, value: V, lifeMs: number | null = null): void {
    const entry = this.#entryOf(cell.key);
    const before = { ...entry };
    this.#undo.push(() => Object.assign(entry, before));
    Object.assign(entry, { value, isChanged: true, lifeMs });
  }

  /** Whether a value is still the one that was seen, before this draft and in it. */
  isAsSeen(cell: Cell<unknown>, seen: Seen): boolean {
    const entry = this.#entryOf(cell.key);
    return !entry.isChanged && entry.seen.stamps.latest === seen.stamps.latest;
  }

  /** Runs a job: all of its changes, or none where it throws. */
  attempt<T>(job: (draft: SlotDraft) => T): T {
    this.#undo = [];
    try {
      return job(this);
    } catch (fault) {
      for (const undo of this.#undo.reverse()) undo();
      throw fault;
    }
  }

  #entryOf(key: string): DraftEntry {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new Error(`Invariant broken: a job has named its cells: ${key}`);
    return entry;
  }
}
