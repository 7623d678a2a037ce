// The part of a partner's definitions that says who is in some of its segments: those segments, the traits that
// their rules speak of, and all merge rules and data sources. What calls need beside that is left out, so that it
// is compiled in a moment however large the rest is.

import { BUILT_IN_DATA_SOURCES } from "../catalog/built-in-data-sources.ts";
import type { PartnerDefinitions } from "../catalog/partner-definitions.ts";
import { buildTraitLookup } from "../catalog/trait-lookup.ts";
import { asDataSourceId, asTraitId, type TraitId } from "../model/ids.ts";
import {
  parseSegmentRule,
  type TraitLookup,
  traitsOf,
} from "../rules/segment-rule/segment-rule.ts";

export function definitionsOfSegments(
  definitions: PartnerDefinitions,
  isCounted: (sid: number) => boolean,
): PartnerDefinitions {
  const segments = definitions.segments.filter(({ sid }) => isCounted(sid));
  const needed = traitsNeeded(
    segments.map(({ segmentRule }) => segmentRule),
    lookupOf(definitions),
  );
  return {
    ...definitions,
    segments,
    // No call is answered: what realizes a trait does not matter.
    traits: definitions.traits
      .filter(({ sid }) => needed.has(asTraitId(sid)))
      .map((trait) => ({ ...trait, traitRule: null })),
    partnerSites: [],
    destinations: [],
    idSyncs: [],
    derivedSignals: [],
  };
}

export function lookupOf(definitions: PartnerDefinitions): TraitLookup {
  const { traits, folders, dataSources, sharedDataSources } = definitions;
  const sources = [...BUILT_IN_DATA_SOURCES, ...sharedDataSources, ...dataSources];
  const thirdParty = new Set<number>(
    sources.filter(({ thirdParty }) => thirdParty).map(({ dataSourceId }) => dataSourceId),
  );
  return buildTraitLookup({
    traits,
    folders,
    isThirdParty: (id) => thirdParty.has(asDataSourceId(id)),
  });
}

/** The traits that rules name, and the members of the folders that they name. */
export function traitsNeeded(
  segmentRules: readonly string[],
  lookup: TraitLookup,
): ReadonlySet<TraitId> {
  const needed = new Set<TraitId>();
  for (const text of segmentRules) {
    const parsed = parseSegmentRule(text);
    if (!parsed.ok) continue;
    for (const sid of traitsOf(parsed.value)) {
      if (needed.has(sid)) continue;
      needed.add(sid);
      for (const member of lookup(sid)?.members ?? []) needed.add(member);
    }
  }
  return needed;
}
