// A trait index with few changes, without building it anew: what it finds of traits that changed is left out,
// and a small index of their new rules answers for them.

import type { DataSourceId, TraitId } from "../../model/ids.ts";
import type { Signals } from "../../model/signal.ts";
import type { TraitIndex } from "./trait-index.ts";

export class LayeredTraitIndex implements TraitIndex {
  readonly #base: TraitIndex;
  /** Traits for which the base does not answer any more. */
  readonly #retired: ReadonlySet<TraitId>;
  readonly #added: TraitIndex;

  constructor(base: TraitIndex, retired: ReadonlySet<TraitId>, added: TraitIndex) {
    this.#base = base;
    this.#retired = retired;
    this.#added = added;
  }

  /** Keys that only retired rules name count too: a call then carries what nobody asks for. */
  usesKey(key: string): boolean {
    return this.#base.usesKey(key) || this.#added.usesKey(key);
  }

  usedKeys(): Iterable<string> {
    return new Set([...this.#base.usedKeys(), ...this.#added.usedKeys()]);
  }

  realized(signals: Signals, from: DataSourceId | null): TraitId[] {
    const realized = this.#base.realized(signals, from).filter((sid) => !this.#retired.has(sid));
    const added = this.#added.realized(signals, from);
    return added.length === 0 ? realized : [...realized, ...added].sort((a, b) => a - b);
  }
}
