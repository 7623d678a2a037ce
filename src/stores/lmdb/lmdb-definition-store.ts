import type { DefinitionStore, Revision } from "../../catalog/definition-store.ts";
import type { Environment } from "./environment.ts";

/** Older revisions are dropped. */
const MAX_REVISIONS_KEPT = 10;

export class LmdbDefinitionStore implements DefinitionStore {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async latest(): Promise<Revision | null> {
    this.#environment.seeLatestDefinitions();
    const revision = this.#latestRevision();
    if (revision === 0) return null;
    const document = this.#environment.definitions.getBinary(keyOf(revision));
    if (document === undefined) throw new Error(`Revision ${revision} is missing from the store.`);
    return { revision, document: document.toString("utf8") };
  }

  /** One node has the store to itself: there are no turns to mind. */
  async publish({ revision, document }: Revision): Promise<"stored" | "overtaken"> {
    const { definitions } = this.#environment;
    return this.#environment.commitDefinitions(() => {
      if (revision !== this.#latestRevision() + 1) return "overtaken";
      definitions.put(keyOf(revision), Buffer.from(document, "utf8"));
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

function keyOf(revision: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeUInt32BE(revision);
  return key;
}
