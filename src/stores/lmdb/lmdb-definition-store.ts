// Published workspaces in LMDB: the number of a revision -> 1, document, checksum.

import { join } from "node:path";
import type { DefinitionStore, Revision } from "../../catalog/definition-store.ts";
import { checkedValue, withChecksum } from "./checked-value.ts";
import { DEFINITIONS_FILE, type Environment } from "./environment.ts";
import { StoreUnusable } from "./store-errors.ts";

/** Older revisions are dropped. */
const MAX_REVISIONS_KEPT = 10;

/** Stands in front of a document that has a checksum. */
const CHECKED = 1;
/** That of JSON: what older servers stored has no checksum. */
const OPENING_BRACE = 0x7b;

export class LmdbDefinitionStore implements DefinitionStore {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async latest(): Promise<Revision | null> {
    this.#environment.seeLatestDefinitions();
    const revision = this.#latestRevision();
    if (revision === 0) return null;
    const stored = this.#environment.definitions.getBinary(keyOf(revision));
    if (stored === undefined) throw new Error(`Revision ${revision} is missing from the store.`);
    const document = documentOf(revision, stored);
    if (document === null) {
      throw new StoreUnusable(
        join(this.#environment.folder, DEFINITIONS_FILE),
        `revision ${revision} is not what was stored. Restore a backup, or move it away.`,
      );
    }
    return { revision, document: document.toString("utf8") };
  }

  /** One node has the store to itself: there are no turns to mind. */
  async publish({ revision, document }: Revision): Promise<"stored" | "overtaken"> {
    const { definitions } = this.#environment;
    return this.#environment.commitDefinitions(() => {
      if (revision !== this.#latestRevision() + 1) return "overtaken";
      const value = Buffer.concat([Buffer.of(CHECKED), Buffer.from(document, "utf8")]);
      definitions.put(keyOf(revision), withChecksum(keyOf(revision), value));
      if (revision > MAX_REVISIONS_KEPT) definitions.remove(keyOf(revision - MAX_REVISIONS_KEPT));
      return "stored";
    });
  }

  #latestRevision(): number {
    for (const key of this.#environment.definitions.getKeys({ reverse: true, limit: 1 })) {
      return Buffer.from(key).readUInt32BE();
    }
    return 0;
  }
}

/** Null where it is not what was stored. */
function documentOf(revision: number, stored: Buffer): Buffer | null {
  if (stored[0] === OPENING_BRACE) return stored;
  return checkedValue(keyOf(revision), stored)?.subarray(1) ?? null;
}

function keyOf(revision: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeUInt32BE(revision);
  return key;
}
