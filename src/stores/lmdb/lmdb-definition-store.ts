// Published workspaces in LMDB:
//
//   the number of a revision            -> 1, document, checksum
//   the number of a revision, then "o"  -> bytes of the document, when, by whom and why as JSON, checksum
//
// The second is small, so that a list reads no documents. Older servers wrote none, and read none either: the
// first four bytes of the last key are the number of the newest revision for them as well.

import { join } from "node:path";
import {
  countKept,
  type DefinitionStore,
  KEPT_REVISIONS,
  type KeptRevisions,
  type NextRevision,
  originOf,
  type Revision,
  type RevisionOrigin,
  type RevisionSummary,
} from "../../catalog/definition-store.ts";
import { keptRecords } from "../../control/kept-records.ts";
import { checkedValue, withChecksum } from "./checked-value.ts";
import { DEFINITIONS_FILE, type Environment } from "./environment.ts";
import { entriesOf, putEntries } from "./lmdb-control-store.ts";
import { StoreUnusable } from "./store-errors.ts";

/** Stands in front of a document that has a checksum. */
const CHECKED = 1;
/** That of JSON: what older servers stored has no checksum. */
const OPENING_BRACE = 0x7b;
const NUMBER_BYTES = 4;
const ORIGIN_MARK = Buffer.from("o");

interface StoredOrigin extends RevisionOrigin {
  readonly bytes: number;
}

export class LmdbDefinitionStore implements DefinitionStore {
  readonly #environment: Environment;

  readonly #limits: KeptRevisions;

  constructor(environment: Environment, limits = KEPT_REVISIONS) {
    this.#environment = environment;
    this.#limits = limits;
  }

  async latest(): Promise<Revision | null> {
    this.#environment.seeLatestDefinitions();
    const revision = this.#latestRevision();
    if (revision === 0) return null;
    const latest = this.#readNow(revision);
    if (latest === null) throw new Error(`Revision ${revision} is missing from the store.`);
    return latest;
  }

  async list(): Promise<readonly RevisionSummary[]> {
    this.#environment.seeLatestDefinitions();
    return this.#keptNewestFirst().map((revision) => {
      return { revision, ...originOf(this.#storedOrigin(revision) ?? {}) };
    });
  }

  async read(revision: number): Promise<Revision | null> {
    this.#environment.seeLatestDefinitions();
    const isNumber = Number.isInteger(revision) && revision > 0 && revision < 2 ** 32;
    return isNumber ? this.#readNow(revision) : null;
  }

  /** One node has the store to itself: there are no turns to mind. */
  async publish({
    revision,
    document,
    records = [],
    ...origin
  }: NextRevision): Promise<"stored" | "overtaken"> {
    const { definitions } = this.#environment;
    const bytes = Buffer.byteLength(document);
    const key = keyOf(revision);
    const entries = entriesOf(keptRecords(records));
    return this.#environment.commitDefinitions(() => {
      if (revision !== this.#latestRevision() + 1) return "overtaken";
      const before = this.#keptNewestFirst();
      const sizes = [bytes, ...before.map((older) => this.#bytesOf(older))];
      const value = Buffer.concat([Buffer.of(CHECKED), Buffer.from(document, "utf8")]);
      const stored: StoredOrigin = { bytes, ...originOf(origin) };
      definitions.put(key, withChecksum(key, value));
      definitions.put(
        originKeyOf(revision),
        withChecksum(originKeyOf(revision), Buffer.from(JSON.stringify(stored))),
      );
      for (const dropped of before.slice(countKept(sizes, this.#limits) - 1)) {
        definitions.remove(keyOf(dropped));
        definitions.remove(originKeyOf(dropped));
      }
      putEntries(this.#environment, entries);
      return "stored";
    });
  }

  #latestRevision(): number {
    for (const key of this.#environment.definitions.getKeys({ reverse: true, limit: 1 })) {
      return Buffer.from(key).readUInt32BE();
    }
    return 0;
  }

  #keptNewestFirst(): readonly number[] {
    const keys = [...this.#environment.definitions.getKeys({ reverse: true })];
    return keys
      .filter((key) => key.length === NUMBER_BYTES)
      .map((key) => Buffer.from(key).readUInt32BE());
  }

  #bytesOf(revision: number): number {
    const known = this.#storedOrigin(revision)?.bytes;
    return known ?? this.#environment.definitions.getBinary(keyOf(revision))?.length ?? 0;
  }

  #storedOrigin(revision: number): StoredOrigin | null {
    const stored = this.#environment.definitions.getBinary(originKeyOf(revision));
    if (stored === undefined) return null;
    const value = checkedValue(originKeyOf(revision), stored);
    if (value === null) throw this.#unusable(revision);
    // Its checksum shows that `publish` wrote it.
    return JSON.parse(value.toString("utf8")) as StoredOrigin;
  }

  #readNow(revision: number): Revision | null {
    const stored = this.#environment.definitions.getBinary(keyOf(revision));
    if (stored === undefined) return null;
    const document = documentOf(revision, stored);
    if (document === null) throw this.#unusable(revision);
    return { revision, document: document.toString("utf8") };
  }

  #unusable(revision: number): StoreUnusable {
    return new StoreUnusable(
      join(this.#environment.folder, DEFINITIONS_FILE),
      `revision ${revision} is not what was stored. Restore a backup, or move it away.`,
    );
  }
}

/** Null where it is not what was stored. */
function documentOf(revision: number, stored: Buffer): Buffer | null {
  if (stored[0] === OPENING_BRACE) return stored;
  return checkedValue(keyOf(revision), stored)?.subarray(1) ?? null;
}

function keyOf(revision: number): Buffer {
  const key = Buffer.alloc(NUMBER_BYTES);
  key.writeUInt32BE(revision);
  return key;
}

function originKeyOf(revision: number): Buffer {
  return Buffer.concat([keyOf(revision), ORIGIN_MARK]);
}
