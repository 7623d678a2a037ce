// One partner's part of a snapshot.

import type {
  DataSourceDefinition,
  MergeRuleDefinition,
  SegmentDefinition,
  TraitDefinition,
} from "@dunlin/contract/workspace";
import { indexDestinations } from "../delivery/destination-catalog.ts";
import { indexIdSyncs } from "../delivery/id-syncs.ts";
import { buildIdMapping } from "../identity/id-mapping.ts";
import {
  asDataSourceId,
  asPartnerId,
  asSegmentId,
  asTraitId,
  type DataSourceId,
  type SegmentId,
  type TraitId,
} from "../model/ids.ts";
import { invariant } from "../model/result.ts";
import { fold } from "../model/signal.ts";
import { buildSegmentIndex, type IndexedSegment } from "../rules/segment-index/segment-index.ts";
import { parseSegmentRule } from "../rules/segment-rule/segment-rule.ts";
import { buildTraitIndex, type IndexedTrait } from "../rules/trait-index/trait-index.ts";
import { parseTraitRule } from "../rules/trait-rule/trait-rule.ts";
import { BUILT_IN_DATA_SOURCES } from "./built-in-data-sources.ts";
import { computedTraitsIn } from "./computed-traits.ts";
import { indexDerivedSignals } from "./derived-signals.ts";
import { historyDaysOf } from "./history-days.ts";
import { defaultMergeRule, mergeNeedsOf } from "./merge-rules.ts";
import type { PartnerDefinitions } from "./partner-definitions.ts";
import type { PartnerCatalog, SegmentFacts, SegmentGroup, TraitFacts } from "./snapshot.ts";
import { buildTraitLookup } from "./trait-lookup.ts";

export function compilePartner(
  definitions: PartnerDefinitions,
  secret: Uint8Array,
): PartnerCatalog {
  const { partner } = definitions;
  const isCaseSensitive = partner.caseSensitiveTraits;
  const dataSources = dataSourcesById(definitions);
  const segments = compileSegments(definitions, dataSources);
  return {
    pid: asPartnerId(partner.pid),
    definition: partner,
    ids: buildIdMapping(partner, secret),
    dataSources,
    dataSourcesByCode: dataSourcesByCode(definitions),
    traits: describeTraits(definitions),
    traitIndex: buildTraitIndex(indexedTraits(definitions.traits), {
      caseSensitive: isCaseSensitive,
    }),
    ...segments,
    destinations: indexDestinations(definitions.destinations, definitions.partnerSites),
    idSyncs: indexIdSyncs(definitions.idSyncs),
    derivedSignals: indexDerivedSignals(
      definitions.derivedSignals,
      isCaseSensitive ? (text) => text : fold,
    ),
  };
}

/** Those of a nearer owner come first: the partner's own, the shared, the built-in. */
function sourcesInOrder({
  dataSources,
  sharedDataSources,
}: PartnerDefinitions): DataSourceDefinition[] {
  return [...dataSources, ...sharedDataSources, ...BUILT_IN_DATA_SOURCES];
}

function dataSourcesById(
  definitions: PartnerDefinitions,
): ReadonlyMap<DataSourceId, DataSourceDefinition> {
  const sources = sourcesInOrder(definitions);
  return new Map(sources.map((source) => [asDataSourceId(source.dataSourceId), source]));
}

function dataSourcesByCode(definitions: PartnerDefinitions): ReadonlyMap<string, DataSourceId> {
  const byCode = new Map<string, DataSourceId>();
  for (const { integrationCode, dataSourceId } of sourcesInOrder(definitions)) {
    if (integrationCode === null || byCode.has(integrationCode)) continue;
    byCode.set(integrationCode, asDataSourceId(dataSourceId));
  }
  return byCode;
}

function describeTraits({ traits, folders }: PartnerDefinitions): ReadonlyMap<TraitId, TraitFacts> {
  const facts = new Map<TraitId, TraitFacts>();
  for (const folder of folders) {
    const sid = asTraitId(folder.traitSid);
    facts.set(sid, {
      sid,
      // A folder trait comes from no source of data.
      dataSourceId: asDataSourceId(0),
      traitType: "FOLDER_TRAIT",
      ttlDays: 0,
      active: true,
    });
  }
  for (const trait of traits) {
    facts.set(asTraitId(trait.sid), factsOfTrait(trait));
  }
  return facts;
}

export function factsOfTrait(trait: TraitDefinition): TraitFacts {
  return {
    sid: asTraitId(trait.sid),
    dataSourceId: asDataSourceId(trait.dataSourceId),
    traitType: trait.traitType,
    ttlDays: trait.ttl,
    active: trait.status === "ACTIVE",
  };
}

/** The traits that calls realize by a rule. Onboarded ones see files only. */
export function indexedTraits(traits: readonly TraitDefinition[]): IndexedTrait[] {
  return traits.flatMap((trait) => {
    const { sid, dataSourceId, traitRule } = trait;
    if (trait.status !== "ACTIVE" || trait.traitType !== "RULE_BASED_TRAIT") return [];
    if (traitRule === null) return [];
    const parsed = parseTraitRule(traitRule);
    invariant(parsed.ok, `the rule of trait ${sid} was read and does not parse`);
    return [
      { sid: asTraitId(sid), dataSourceId: asDataSourceId(dataSourceId), rule: parsed.value },
    ];
  });
}

export function indexedSegment({ sid, segmentRule }: SegmentDefinition): IndexedSegment {
  const parsed = parseSegmentRule(segmentRule);
  invariant(parsed.ok, `the rule of segment ${sid} was read and does not parse`);
  return { sid: asSegmentId(sid), rule: parsed.value };
}

type SegmentParts = Pick<
  PartnerCatalog,
  "segmentGroups" | "mergeNeeds" | "segments" | "pausedSegments" | "historyDays"
>;

function compileSegments(
  definitions: PartnerDefinitions,
  dataSources: ReadonlyMap<DataSourceId, DataSourceDefinition>,
): SegmentParts {
  const { partner, mergeRules } = definitions;
  const rulesById = new Map(mergeRules.map((rule) => [rule.mergeRuleId, rule]));
  const byDefault = defaultMergeRule(partner.pid, mergeRules);
  const lookup = buildTraitLookup({
    ...definitions,
    isThirdParty: (id) => dataSources.get(asDataSourceId(id))?.thirdParty === true,
  });

  const segments = new Map<SegmentId, SegmentFacts>();
  const pausedSegments = new Set<SegmentId>();
  const indexed = new Map<MergeRuleDefinition, IndexedSegment[]>();
  for (const segment of definitions.segments) {
    const sid = asSegmentId(segment.sid);
    if (segment.status === "INACTIVE") {
      pausedSegments.add(sid);
      continue;
    }
    const { mergeRuleId, legacyId } = segment;
    const mergeRule = mergeRuleId === null ? byDefault : rulesById.get(mergeRuleId);
    invariant(mergeRule !== undefined, `segment ${sid} was read and has no merge rule`);
    segments.set(sid, { sid, legacyId, mergeRule });
    const group = indexed.get(mergeRule) ?? [];
    indexed.set(mergeRule, group);
    group.push(indexedSegment(segment));
  }
  const segmentGroups: SegmentGroup[] = [...indexed].map(([mergeRule, group]) => ({
    mergeRule,
    index: buildSegmentIndex(group, lookup),
  }));
  const rules = [...indexed.values()].flatMap((group) => group.map(({ rule }) => rule));
  const mergeNeeds = mergeNeedsOf(
    [...indexed.keys()],
    computedTraitsIn(rules, definitions.traits, lookup),
  );
  const historyDays = historyDaysOf(rules);
  return { segmentGroups, mergeNeeds, segments, pausedSegments, historyDays };
}
