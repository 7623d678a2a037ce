// Keys that `includeMetrics` adds to traits and segments: whole numbers, and null where what is stored cannot tell.

import type { SegmentDefinition, TraitDefinition } from "@dunlin/contract/workspace";
import { METRIC_RANGES, type TraitMetrics } from "../../population/measure-population.ts";
import type { ApiKey, ApiKeys, JsonSchema } from "./resource-kind.ts";

export const METRICS_OPTION = "includeMetrics";

const SUFFIXES = METRIC_RANGES.map((days) => `${days}Day`);

const UNIQUES =
  "Profiles that realized it on one of these whole UTC days before today; null where its life, or a profile's, is shorter.";
const COUNTS = "How often that happened; 0 for onboarded traits, null as for uniques.";

type Numbers = (metrics: TraitMetrics) => number | null;
type TraitKey = readonly [name: string, key: ApiKey<TraitDefinition>];

function ofTrait(name: string, description: string, numbers: Numbers): TraitKey {
  const schema: JsonSchema = { type: ["integer", "null"], description };
  const show: ApiKey<TraitDefinition>["show"] = ({ sid }, { metrics }) => {
    const known = metrics?.traits.get(sid) ?? null;
    return known === null ? null : numbers(known);
  };
  return [name, { kind: "given", schema, shownWith: METRICS_OPTION, show }];
}

const VISITORS: ApiKey<SegmentDefinition> = {
  kind: "given",
  schema: { type: ["integer", "null"], description: "Visitors in it now." },
  shownWith: METRICS_OPTION,
  show: ({ sid }, { metrics }) => metrics?.segments.get(sid) ?? null,
};

function untold(why: string): ApiKey<SegmentDefinition> {
  const schema: JsonSchema = { type: ["integer", "null"], description: `Null: ${why}` };
  return { kind: "given", schema, shownWith: METRICS_OPTION, show: () => null };
}

export const TRAIT_METRICS: ApiKeys<TraitDefinition> = Object.fromEntries([
  ...SUFFIXES.map((suffix, range) =>
    ofTrait(`uniques${suffix}`, UNIQUES, ({ uniques }) => uniques[range] ?? null),
  ),
  ofTrait("uniquesLifetime", "Profiles that hold it now.", ({ holders }) => holders),
  ...SUFFIXES.map((suffix, range) =>
    ofTrait(`count${suffix}`, COUNTS, ({ counts }) => counts[range] ?? null),
  ),
  ofTrait(
    "countLifetime",
    "How often those who hold it now realized it since they do.",
    ({ realizations }) => realizations,
  ),
]);

export const SEGMENT_METRICS: ApiKeys<SegmentDefinition> = Object.fromEntries(
  [...SUFFIXES, "Lifetime"].flatMap((suffix) => {
    const isNow = suffix === "1Day" || suffix === "Lifetime";
    return [
      [`instantUniques${suffix}`, untold("Who was in it when seen is not stored.")],
      [`totalUniques${suffix}`, isNow ? VISITORS : untold("Who left it is not stored.")],
    ];
  }),
);
