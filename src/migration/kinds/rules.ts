// Traits and segments, as the API answers them.

import { BOOKKEEPING, type CarryTable, elsewhere, nowhere, to } from "../carry.ts";
import { asIs, codeOf, idOrNone, numberOf, statusOf, textOf } from "../values.ts";

export const TRAIT_TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid"),
  ...nowhere(
    "ignored",
    ["traitRuleVersion", "backfillStatus", "url", "traitRuleCreateTime"],
    "Follows from the rule, or tells of its past.",
  ),
  ...nowhere(
    "lost",
    ["algoModelId", "thresholdType", "thresholdValue", "accuracy"],
    "Models are not carried over; who has the trait has to come by files or d_sid.",
  ),
  sid: to("sid", numberOf),
  dataSourceId: to("dataSourceId", numberOf),
  name: to("name", asIs),
  traitType: to("traitType", asIs),
  traitRule: to("traitRule", codeOf),
  ttl: to("ttl", numberOf),
  status: to("status", statusOf),
  folderId: to("folderId", numberOf),
  description: to("description", textOf),
  comments: to("comments", textOf),
  integrationCode: to("integrationCode", codeOf),
  type: to("type", idOrNone),
  categoryId: to("categoryId", idOrNone),
};

export const SEGMENT_TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid"),
  ...nowhere(
    "ignored",
    [
      ...["inUse", "traitDataSourceIds", "traits", "mappableTraits", "codeViewOnly"],
      ...["expressionTree", "traitDataSources"],
    ],
    "Follows from the rule, or from who uses the segment.",
  ),
  sid: to("sid", numberOf),
  legacyId: to("legacyId", idOrNone),
  dataSourceId: to("dataSourceId", numberOf),
  name: to("name", asIs),
  segmentRule: to("segmentRule", asIs),
  mergeRuleDataSourceId: to("mergeRuleId", idOrNone),
  mergeRuleId: to("mergeRuleId", idOrNone),
  status: to("status", statusOf),
  folderId: to("folderId", numberOf),
  description: to("description", textOf),
  integrationCode: to("integrationCode", codeOf),
};
