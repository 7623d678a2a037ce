// Which traits does this call realize: by rule, and by being named outright?

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { asDataSourceId, asTraitId, type DataSourceId, type TraitId } from "../model/ids.ts";
import type { Signals } from "../model/signal.ts";
import type { ControlParameters } from "./parse/control.ts";

/** A data source that no trait belongs to: IDs are positive. */
const NO_DATA_SOURCE = asDataSourceId(0);

/** The traits realized by rule, ascending; those of one data source where the call says so. */
export function realizedByRule(
  signals: Signals,
  control: ControlParameters,
  partner: PartnerCatalog,
): TraitId[] {
  return partner.traitIndex.realized(signals, onlyDataSource(control, partner));
}

/**
 * The traits that a call names outright. Only active rule-based and onboarded traits of the partner can
 * be named; whatever else stands in the list is ignored.
 */
export function namedTraits(control: ControlParameters, partner: PartnerCatalog): Set<TraitId> {
  const named = new Set<TraitId>();
  for (const list of control.directTraits) {
    for (const part of list.split(",")) {
      const sid = readTraitId(part.trim());
      const trait = sid === null ? undefined : partner.traits.get(sid);
      if (trait?.active && isNameable(trait.traitType)) named.add(trait.sid);
    }
  }
  return named;
}

/** The union, ascending and without repeats: a trait hit both ways counts once for the call. */
export function uniteTraits(byRule: readonly TraitId[], named: Set<TraitId>): readonly TraitId[] {
  if (named.size === 0) return byRule;
  for (const sid of byRule) named.add(sid);
  return [...named].sort((a, b) => a - b);
}

function isNameable(traitType: string): boolean {
  return traitType === "RULE_BASED_TRAIT" || traitType === "ON_BOARDED_TRAIT";
}

function readTraitId(text: string): TraitId | null {
  return /^[0-9]{1,15}$/.test(text) ? asTraitId(Number(text)) : null;
}

function onlyDataSource(control: ControlParameters, partner: PartnerCatalog): DataSourceId | null {
  const { onlyDataSource: id, onlyDataSourceCode: code } = control;
  if (id !== null) {
    return /^[0-9]{1,15}$/.test(id) ? asDataSourceId(Number(id)) : NO_DATA_SOURCE;
  }
  return code === null ? null : (partner.dataSourcesByCode.get(code) ?? NO_DATA_SOURCE);
}
