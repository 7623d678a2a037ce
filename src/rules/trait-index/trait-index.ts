// Which traits does a call realize? The front door of the trait index.

import type { DataSourceId, TraitId } from "../../model/ids.ts";
import type { Signals } from "../../model/signal.ts";
import type { TraitRule } from "../trait-rule/trait-rule.ts";
import { FastTraitIndex } from "./fast-trait-index.ts";
import { LayeredTraitIndex } from "./layered-trait-index.ts";

export { NO_KEY } from "./key-names.ts";

export interface TraitIndex {
  /** Numbers of keys are below this one. */
  readonly keyCount: number;
  /**
   * By which number signals may name a key (folded as the index folds) that some rule names; `NO_KEY` for
   * others, which need not be collected.
   */
  keyNumber(key: string): number;
  /** Every key that some rule names, folded, none twice. */
  usedKeys(): Iterable<string>;
  /**
   * The traits that the signals realize, ascending and without repeats; those of one data source only
   * when `from` is given. Its cost grows with what the call carries and realizes, not with the number
   * of rules.
   */
  realized(signals: Signals, from: DataSourceId | null): TraitId[];
}

export interface IndexedTrait {
  readonly sid: TraitId;
  readonly dataSourceId: DataSourceId;
  readonly rule: TraitRule;
}

export interface TraitIndexOptions {
  /** Neither keys nor values fold ("Audience model", Comparison semantics). */
  readonly caseSensitive: boolean;
}

export function buildTraitIndex(
  traits: readonly IndexedTrait[],
  options: TraitIndexOptions,
): TraitIndex {
  return new FastTraitIndex(traits, options);
}

export interface TraitChanges extends TraitIndexOptions {
  /** Traits that are gone or have other rules. */
  readonly retired: ReadonlySet<TraitId>;
  /** Traits that are new, and those that have other rules. */
  readonly added: readonly IndexedTrait[];
}

/** The index with a few changes, for far less than what building it takes; the base stays as it is. */
export function changeTraitIndex(base: TraitIndex, changes: TraitChanges): TraitIndex {
  const { retired, added } = changes;
  if (retired.size === 0 && added.length === 0) return base;
  return new LayeredTraitIndex(base, retired, buildTraitIndex(added, changes));
}
