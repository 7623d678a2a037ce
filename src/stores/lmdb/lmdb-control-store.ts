// Control records in LMDB, in the file of the definitions: what is written together with a revision is there
// with it or not at all.
//
//   kind, "/", ID -> version, value as JSON, checksum

import { join } from "node:path";
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
  VERSION_CHARACTERS,
} from "../../control/kept-records.ts";
import { checkedValue, withChecksum } from "./checked-value.ts";
import { DEFINITIONS_FILE, type Environment } from "./environment.ts";
import { StoreUnusable } from "./store-errors.ts";

interface Entry {
  readonly key: Buffer;
  /** Null takes it away. */
  readonly stored: Buffer | null;
}

export class LmdbControlStore implements ControlStore {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async read(kind: string, id: string): Promise<StoredControlRecord | null> {
    const name = nameOf(kind, id);
    this.#environment.seeLatestDefinitions();
    return this.#readNow(name);
  }

  async list(kind: string, options: ControlListing = {}): Promise<readonly StoredControlRecord[]> {
    const { low, high, descending, limit } = rangeOf(kind, options);
    this.#environment.seeLatestDefinitions();
    const [first, end] = [Buffer.from(low), Buffer.from(high)];
    const range = this.#environment.control.getRange({
      ...(descending
        ? { start: end, exclusiveStart: true, end: first, inclusiveEnd: true, reverse: true }
        : { start: first, end }),
      ...(limit !== Number.POSITIVE_INFINITY && { limit }),
    });
    const listed: StoredControlRecord[] = [];
    for (const { key, value } of range) {
      listed.push(this.#decode(Buffer.from(key).toString("latin1"), value));
    }
    return listed;
  }

  async write(
    records: readonly ControlRecord[],
    expectations: readonly ControlExpectation[] = [],
  ): Promise<boolean> {
    // Whatever can fail does so before the first of them is put: a transaction is not taken back.
    const entries = entriesOf(keptRecords(records));
    const expected = expectations.map(({ kind, id, version }) => ({
      name: nameOf(kind, id),
      version,
    }));
    return this.#environment.commitDefinitions(() => {
      const holds = expected.every(
        ({ name, version }) => (this.#readNow(name)?.version ?? null) === version,
      );
      if (holds) putEntries(this.#environment, entries);
      return holds;
    });
  }

  #readNow(name: string): StoredControlRecord | null {
    const stored = this.#environment.control.getBinary(Buffer.from(name));
    return stored === undefined ? null : this.#decode(name, stored);
  }

  #decode(name: string, stored: Uint8Array): StoredControlRecord {
    const value = checkedValue(Buffer.from(name, "latin1"), stored)?.toString("utf8");
    if (value === undefined) {
      throw new StoreUnusable(
        join(this.#environment.folder, DEFINITIONS_FILE),
        `the control record ${name} is not what was stored. Restore a backup, or move it away.`,
      );
    }
    const version = value.slice(0, VERSION_CHARACTERS);
    return storedRecord(name, version, value.slice(VERSION_CHARACTERS));
  }
}

/** What `putEntries` takes, made before a transaction begins. */
export function entriesOf(records: readonly KeptRecord[]): readonly Entry[] {
  const version = newVersion();
  return records.map(({ name, text }) => {
    const key = Buffer.from(name);
    const stored = text === null ? null : withChecksum(key, Buffer.from(`${version}${text}`));
    return { key, stored };
  });
}

/** Within a transaction over the definitions. */
export function putEntries({ control }: Environment, entries: readonly Entry[]): void {
  for (const { key, stored } of entries) {
    if (stored === null) control.remove(key);
    else control.put(key, stored);
  }
}
