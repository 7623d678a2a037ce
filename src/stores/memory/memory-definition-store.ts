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
import { MemoryControlStore } from "./memory-control-store.ts";

interface Kept extends Revision {
  readonly origin: RevisionOrigin;
}

/** Definitions of one process, gone with it: for tests. */
export class MemoryDefinitionStore implements DefinitionStore {
  /** Where records that are published go. */
  readonly control: MemoryControlStore;
  /** The newest first. */
  #kept: readonly Kept[] = [];

  readonly #limits: KeptRevisions;

  constructor(control = new MemoryControlStore(), limits = KEPT_REVISIONS) {
    this.control = control;
    this.#limits = limits;
  }

  async latest(): Promise<Revision | null> {
    return revisionOf(this.#kept[0]);
  }

  async list(): Promise<readonly RevisionSummary[]> {
    return this.#kept.map(({ revision, origin }) => ({ revision, ...origin }));
  }

  async read(revision: number): Promise<Revision | null> {
    return revisionOf(this.#kept.find((kept) => kept.revision === revision));
  }

  async publish({
    revision,
    document,
    records = [],
    ...origin
  }: NextRevision): Promise<"stored" | "overtaken"> {
    const kept = keptRecords(records);
    if (revision !== (this.#kept[0]?.revision ?? 0) + 1) return "overtaken";
    const all = [{ revision, document, origin: originOf(origin) }, ...this.#kept];
    const sizes = all.map((one) => Buffer.byteLength(one.document));
    this.#kept = all.slice(0, countKept(sizes, this.#limits));
    this.control.keep(kept);
    return "stored";
  }
}

function revisionOf(kept: Kept | undefined): Revision | null {
  return kept === undefined ? null : { revision: kept.revision, document: kept.document };
}
