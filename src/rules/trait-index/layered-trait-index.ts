// A trait index with few changes, without building it anew: what it finds of traits that changed is left out,
// and a small index of their new rules answers for them.

import type { DataSourceId, TraitId } from "../../model/ids.ts";
import type { Signals } from "../../model/signal.ts";
import { NO_KEY } from "./key-names.ts";
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

  get keyCount(): number {
    return this.#base.keyCount + this.#added.keyCount;
  }

  /**
   * As the base numbers it, to whose numbers those of keys that only new rules name are added. Keys that only
   * retired rules name count too: a call then carries what nobody asks for.
   */
  keyNumber(key: string): number {
    const number = this.#base.keyNumber(key);
    if (number !== NO_KEY) return number;
    const added = this.#added.keyNumber(key);
    return added === NO_KEY ? NO_KEY : this.#base.keyCount + added;
  }

  usedKeys(): Iterable<string> {
    return new Set([...this.#base.usedKeys(), ...this.#added.usedKeys()]);
  }

  realized(signals: Signals, from: DataSourceId | null): TraitId[] {
    const realized = this.#base.realized(signals, from).filter((sid) => !this.#retired.has(sid));
    // Which numbers its keys by itself.
    const { keys, values, folded } = signals;
    const added = this.#added.realized({ keys, values, folded }, from);
    return added.length === 0 ? realized : [...realized, ...added].sort((a, b) => a - b);
  }
}
