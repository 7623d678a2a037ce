// `/v1/traits/` ("Management API, reports and UI", Traits).

import type { TraitDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import { METRICS_OPTION, TRAIT_METRICS } from "../metric-keys.ts";
import { modelsNaming, refuseUnknownModel } from "../models/model-users.ts";
import type { ApiKeys, Dependent, ResourceContext, ResourceKind } from "../resource-kind.ts";
import {
  CODE,
  codeFilter,
  constant,
  givenId,
  ID,
  idFilter,
  kept,
  NAME,
  recordKeys,
  required,
  STATUS,
  TEXT,
  written,
} from "../shared-keys.ts";
import { takenCode } from "../taken.ts";
import { eventUrlOf } from "../trait-url.ts";

export const TRAIT_TYPES = ["RULE_BASED_TRAIT", "ON_BOARDED_TRAIT", "ALGO_TRAIT"] as const;

const withDetails = { listedWith: "includeDetails" } as const;
const CODE_OF_TRAIT = { ...written(CODE), ...withDetails };

/** Which visitors a model is to give the trait to; no document holds it. */
const ALGORITHMIC_KEYS: ApiKeys<TraitDefinition> = {
  algoModelId: { ...kept({ type: ["integer", "null"] }, null), ...withDetails },
  thresholdType: { ...kept({ type: ["string", "null"] }, null), ...withDetails },
  thresholdValue: { ...kept({ type: ["number", "null"] }, null), ...withDetails },
  accuracy: { ...kept({ type: ["number", "null"] }, null), ...withDetails },
};

const NOT_ALGORITHMIC = Object.fromEntries(
  Object.keys(ALGORITHMIC_KEYS).map((name) => [name, null]),
);

const KEYS: ApiKeys<TraitDefinition> = {
  sid: givenId(),
  pid: givenId(),
  traitType: written({
    type: "string",
    enum: [...TRAIT_TYPES, "ACTIVE_AUDIENCE_TRAIT", "DATA_SOURCE_SYNCED_TRAIT"],
  }),
  name: required(NAME),
  description: written(TEXT),
  status: written(STATUS),
  dataSourceId: required(ID),
  folderId: written({ type: "integer", minimum: 0, description: "0 = the root." }),
  categoryId: written({ type: ["integer", "null"], minimum: 1 }),
  traitRule: {
    ...written({ type: ["string", "null"], description: "Null: realized by `d_sid` alone." }),
    ...withDetails,
  },
  ttl: {
    ...written({
      type: "integer",
      minimum: 0,
      maximum: CATALOG_LIMITS.traitTtlDays,
      description: "Days; 0 = never expires.",
    }),
    ...withDetails,
  },
  integrationCode: CODE_OF_TRAIT,
  comments: { ...written(TEXT), ...withDetails },
  type: {
    ...written({ type: "integer", minimum: 1, description: "Event type, a `pixelType`." }),
    ...withDetails,
  },
  traitRuleVersion: {
    kind: "given",
    schema: { type: "integer", minimum: 1, description: "One more with each change of the rule." },
    ...withDetails,
    show: ({ sid }, context) => context.recordOf("traits", sid).traitRuleVersion ?? 1,
  },
  backfillStatus: { ...constant({ type: "string" }, "NONE"), ...withDetails },
  url: {
    kind: "given",
    schema: {
      type: ["string", "null"],
      description: "An event URL that realizes the trait; null where its rule is not that simple.",
    },
    ...withDetails,
    show: (trait, context) => eventUrlOf(trait, context),
  },
  ...ALGORITHMIC_KEYS,
  ...recordKeys("traits", ({ sid }) => sid),
  ...TRAIT_METRICS,
};

export const TRAITS: ResourceKind<"traits"> = {
  list: "traits",
  path: "traits",
  noun: "trait",
  space: "sid",
  keys: KEYS,
  hasKey: ({ traitType }, key) =>
    traitType === "ALGO_TRAIT" || !Object.hasOwn(ALGORITHMIC_KEYS, key),
  // Of other traits nothing is kept that they do not show.
  completeKept: (given, { item }) =>
    item["traitType"] === "ALGO_TRAIT" ? given : { ...given, ...NOT_ALGORITHMIC },
  filters: {
    folderId: idFilter("folderId", ({ folderId }) => folderId),
    dataSourceId: idFilter("dataSourceId", ({ dataSourceId }) => dataSourceId),
    integrationCode: codeFilter(),
    restrictType: {
      schema: { type: "string", enum: TRAIT_TYPES },
      read: (query) => {
        const type = query.oneOf("restrictType", TRAIT_TYPES);
        return type === null ? null : ({ traitType }) => traitType === type;
      },
    },
  },
  additions: ["includeDetails", METRICS_OPTION],
  rights: {
    objectType: "TRAIT",
    scopeOf: ({ dataSourceId }) => dataSourceId,
    orElse: ({ traitType }, permission) => {
      if (traitType !== "ALGO_TRAIT" || permission !== "CREATE") return null;
      return { objectType: "ALGO_TRAIT", permission, scope: null };
    },
  },
  dependents: usersOf,
  check: (item, before, context, given) =>
    takenCode("traits", { item, before, unique: "uniqueTraitIntegrationCodes" }, context) ??
    refuseUnknownModel(
      { traitType: item["traitType"], algoModelId: given["algoModelId"] },
      context,
    ),
};

function usersOf({ sid }: TraitDefinition, context: ResourceContext): readonly Dependent[] {
  const segments = context.view
    .segmentsWithTrait(sid)
    .map((segment) => ({ id: segment.sid, name: `segment ${segment.sid} (${segment.name})` }));
  return [...segments, ...modelsNaming(sid, context)];
}
