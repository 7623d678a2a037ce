import type { DefinitionStore, Revision } from "../../catalog/definition-store.ts";

/** Definitions of one process, gone with it: for tests. */
export class MemoryDefinitionStore implements DefinitionStore {
  #latest: Revision | null = null;

  async latest(): Promise<Revision | null> {
    return this.#latest;
  }

  async publish(next: Revision): Promise<"stored" | "overtaken"> {
    if (next.revision !== (this.#latest?.revision ?? 0) + 1) return "overtaken";
    this.#latest = next;
    return "stored";
  }
}
