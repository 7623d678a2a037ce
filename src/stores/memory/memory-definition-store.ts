import type { DefinitionStore, Revision } from "../../catalog/definition-store.ts";

/** Definitions of one process, gone with it: for tests. */
export class MemoryDefinitionStore implements DefinitionStore {
  #latest: Revision | null = null;

  async latest(): Promise<Revision | null> {
    return this.#latest;
  }

  async publish(document: string): Promise<number> {
    const revision = (this.#latest?.revision ?? 0) + 1;
    this.#latest = { revision, document };
    return revision;
  }
}
