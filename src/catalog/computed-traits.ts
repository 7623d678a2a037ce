import type { TraitDefinition } from "@dunlin/contract/workspace";
import { asDataSourceId, asTraitId, type DataSourceId, type TraitId } from "../model/ids.ts";
import {
  type SegmentRule,
  type TraitLookup,
  traitsOf,
} from "../rules/segment-rule/segment-rule.ts";
import type { ComputedTraits } from "./snapshot.ts";

/** The computed traits on which some of the rules depend, by themselves or as part of a folder. */
export function computedTraitsIn(
  rules: readonly SegmentRule[],
  traits: readonly TraitDefinition[],
  lookup: TraitLookup,
): ComputedTraits | null {
  const computed = traits.filter(isActiveAndComputed);
  if (computed.length === 0) return null;
  const needed = neededBy(rules, lookup);
  const inUse = computed.filter(({ sid }) => needed.has(asTraitId(sid)));
  if (inUse.length === 0) return null;

  const activeAudience: TraitId[] = [];
  const bySyncedSource = new Map<DataSourceId, TraitId[]>();
  for (const trait of inUse) {
    const sid = asTraitId(trait.sid);
    if (trait.traitType === "ACTIVE_AUDIENCE_TRAIT") {
      activeAudience.push(sid);
      continue;
    }
    const source = asDataSourceId(trait.dataSourceId);
    const ofSource = bySyncedSource.get(source) ?? [];
    bySyncedSource.set(source, ofSource);
    ofSource.push(sid);
  }
  const sids = new Set(inUse.map(({ sid }) => asTraitId(sid)));
  return { sids, activeAudience, bySyncedSource };
}

function isActiveAndComputed({ traitType, status }: TraitDefinition): boolean {
  const isComputed =
    traitType === "ACTIVE_AUDIENCE_TRAIT" || traitType === "DATA_SOURCE_SYNCED_TRAIT";
  return isComputed && status === "ACTIVE";
}

function neededBy(rules: readonly SegmentRule[], lookup: TraitLookup): ReadonlySet<TraitId> {
  const needed = new Set<TraitId>();
  for (const rule of rules) {
    for (const sid of traitsOf(rule)) {
      if (needed.has(sid)) continue;
      needed.add(sid);
      const trait = lookup(sid);
      if (trait?.kind !== "folder") continue;
      for (const member of trait.members) needed.add(member);
    }
  }
  return needed;
}
