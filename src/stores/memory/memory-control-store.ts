import type {
  ControlExpectation,
  ControlListing,
  ControlRecord,
  ControlStore,
  StoredControlRecord,
} from "../../control/control-store.ts";
import {
  type KeptRecord,
  keptRecords,
  nameOf,
  newVersion,
  rangeOf,
  storedRecord,
} from "../../control/kept-records.ts";

interface Kept {
  readonly version: string;
  readonly text: string;
}

/** Control records of one process, gone with it: for tests. */
export class MemoryControlStore implements ControlStore {
  readonly #kept = new Map<string, Kept>();

  async read(kind: string, id: string): Promise<StoredControlRecord | null> {
    return this.#readNow(nameOf(kind, id));
  }

  async list(kind: string, options: ControlListing = {}): Promise<readonly StoredControlRecord[]> {
    const { low, high, descending, limit } = rangeOf(kind, options);
    const names = [...this.#kept.keys()].filter((name) => name >= low && name < high).sort();
    if (descending) names.reverse();
    return names.slice(0, limit).flatMap((name) => this.#readNow(name) ?? []);
  }

  async write(
    records: readonly ControlRecord[],
    expectations: readonly ControlExpectation[] = [],
  ): Promise<boolean> {
    const kept = keptRecords(records);
    const holds = expectations.every(
      ({ kind, id, version }) => (this.#kept.get(nameOf(kind, id))?.version ?? null) === version,
    );
    if (holds) this.keep(kept);
    return holds;
  }

  /** At once, for what is written together with something else. */
  keep(records: readonly KeptRecord[]): void {
    const version = newVersion();
    for (const { name, text } of records) {
      if (text === null) this.#kept.delete(name);
      else this.#kept.set(name, { version, text });
    }
  }

  #readNow(name: string): StoredControlRecord | null {
    const kept = this.#kept.get(name);
    return kept === undefined ? null : storedRecord(name, kept.version, kept.text);
  }
}
