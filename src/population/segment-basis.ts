// What the answer of a segment rests on, apart from visitors: equal bases give equal answers, so that nobody has
// to be counted for a segment whose basis stays as it is.

import type {
  DataSourceDefinition,
  MergeRuleDefinition,
  SegmentDefinition,
} from "@dunlin/contract/workspace";
import { BUILT_IN_DATA_SOURCES } from "../catalog/built-in-data-sources.ts";
import { defaultMergeRule } from "../catalog/merge-rules.ts";
import type { PartnerDefinitions } from "../catalog/partner-definitions.ts";
import type { TraitId } from "../model/ids.ts";
import {
  parseSegmentRule,
  type TraitLookup,
  traitsOf,
} from "../rules/segment-rule/segment-rule.ts";
import { lookupOf } from "./counted-definitions.ts";

/** By segment; null for one that is paused: nobody is evaluated for it. */
export function basesOfSegments(
  definitions: PartnerDefinitions,
): ReadonlyMap<number, string | null> {
  const bases = new Bases(definitions);
  return new Map(definitions.segments.map((segment) => [segment.sid, bases.of(segment)]));
}

class Bases {
  readonly #lookup: TraitLookup;
  readonly #traitsBySid: ReadonlyMap<number, PartnerDefinitions["traits"][number]>;
  readonly #rulesById: ReadonlyMap<number, MergeRuleDefinition>;
  readonly #byDefault: MergeRuleDefinition;
  readonly #sources: ReadonlyMap<number, DataSourceDefinition>;
  readonly #known = new Map<TraitId, string>();

  constructor(definitions: PartnerDefinitions) {
    const { partner, mergeRules, traits, dataSources, sharedDataSources } = definitions;
    this.#lookup = lookupOf(definitions);
    this.#traitsBySid = new Map(traits.map((trait) => [trait.sid, trait]));
    this.#rulesById = new Map(mergeRules.map((rule) => [rule.mergeRuleId, rule]));
    this.#byDefault = defaultMergeRule(partner.pid, mergeRules);
    const sources = [...BUILT_IN_DATA_SOURCES, ...sharedDataSources, ...dataSources];
    this.#sources = new Map(sources.map((source) => [source.dataSourceId, source]));
  }

  of({ segmentRule, mergeRuleId, status }: SegmentDefinition): string | null {
    if (status === "INACTIVE") return null;
    const parsed = parseSegmentRule(segmentRule);
    const traits = parsed.ok ? traitsOf(parsed.value) : [];
    const rule = mergeRuleId === null ? this.#byDefault : this.#rulesById.get(mergeRuleId);
    return JSON.stringify([
      segmentRule,
      rule === undefined ? null : this.#mergeRule(rule),
      traits.map((sid) => this.#trait(sid)),
    ]);
  }

  #mergeRule({ crossDevice, device, dataSourceIds, deviceGraphDataSourceId }: MergeRuleDefinition) {
    const sources = dataSourceIds
      .toSorted((one, other) => one - other)
      .map((id) => {
        const source = this.#sources.get(id);
        return [id, source?.authenticatedProfile, source?.retentionMonths];
      });
    return [crossDevice, device, sources, deviceGraphDataSourceId];
  }

  #trait(sid: TraitId): string {
    const known = this.#known.get(sid);
    if (known !== undefined) return known;
    const facts = this.#lookup(sid);
    const trait = this.#traitsBySid.get(sid);
    const members = (facts?.members ?? []).toSorted((one, other) => one - other);
    const basis = JSON.stringify([
      ...[sid, facts?.kind, facts?.allowsFrequency, facts?.ttlDays],
      // Whether it is active, and of which source, matters only to traits that nobody realizes.
      facts?.kind === "computed" ? [trait?.traitType, trait?.status, trait?.dataSourceId] : null,
      members.map((member) => this.#trait(member)),
    ]);
    this.#known.set(sid, basis);
    return basis;
  }
}
