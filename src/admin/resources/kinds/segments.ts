// `/v1/segments/` ("Management API, reports and UI", Segments).

import type { SegmentDefinition } from "@dunlin/contract/workspace";
import type { Right } from "../../../access/caller.ts";
import { defaultMergeRule } from "../../../catalog/merge-rules.ts";
import {
  type DefinitionsView,
  dataSourcesOfSegment,
  traitsOfSegment,
} from "../definitions-view.ts";
import { exportConflicts, labelsOf, refuseExport } from "../destinations/export-controls.ts";
import { METRICS_OPTION, SEGMENT_METRICS } from "../metric-keys.ts";
import { modelsNaming } from "../models/model-users.ts";
import type {
  ApiKeys,
  ApiObject,
  Dependent,
  Refusal,
  ResourceContext,
  ResourceKind,
} from "../resource-kind.ts";
import { expressionOf } from "../segment-expression.ts";
import {
  CODE,
  codeFilter,
  givenId,
  ID,
  idFilter,
  NAME,
  recordKeys,
  required,
  STATUS,
  TEXT,
  written,
} from "../shared-keys.ts";
import { takenCode } from "../taken.ts";

const IDS = { type: "array", items: ID } as const;

const KEYS: ApiKeys<SegmentDefinition> = {
  sid: givenId(),
  pid: givenId(),
  name: required(NAME),
  description: written(TEXT),
  dataSourceId: required(ID),
  folderId: written({ type: "integer", minimum: 0, description: "0 = the root." }),
  mergeRuleDataSourceId: {
    kind: "written",
    schema: {
      type: ["integer", "null"],
      minimum: 1,
      description: "A profile merge rule; the partner's default rule if left out.",
    },
    document: "mergeRuleId",
  },
  integrationCode: written(CODE),
  segmentRule: required({ type: "string" }),
  legacyId: {
    kind: "written",
    schema: {
      type: ["integer", "null"],
      minimum: 1,
      description: "What `d_cts=1` answers; the sid if left out.",
    },
    read: (value) => value ?? undefined,
  },
  status: written(STATUS),
  ...recordKeys("segments", ({ sid }) => sid),
  inUse: {
    kind: "given",
    schema: { type: "boolean", description: "Whether a destination is told of it." },
    shownWith: "includeInUseStatus",
    show: ({ sid }, { view }) => destinationsOf(view, sid).length > 0,
  },
  traitDataSourceIds: {
    kind: "given",
    schema: IDS,
    shownWith: "includeTraitDataSourceIds",
    show: (segment, { view }) => dataSourcesOfSegment(view, segment),
  },
  traits: {
    kind: "given",
    schema: IDS,
    shownWith: "includeExprTree",
    show: (segment) => traitsOfSegment(segment),
  },
  mappableTraits: {
    kind: "given",
    schema: IDS,
    shownWith: "includeExprTree",
    show: (segment, { view, caller, pid }) =>
      traitsOfSegment(segment).filter((sid) => {
        const scope = view.find("traits", sid)?.dataSourceId ?? null;
        const right = { objectType: "TRAIT", permission: "MAP_TO_SEGMENTS", scope } as const;
        return caller.rights.allows(pid, right);
      }),
  },
  codeViewOnly: {
    kind: "given",
    schema: { type: "boolean" },
    shownWith: "includeExprTree",
    show: (segment) => expressionOf(segment).codeViewOnly,
  },
  expressionTree: {
    kind: "given",
    schema: { type: ["object", "null"] },
    shownWith: "includeExprTree",
    show: (segment) => expressionOf(segment).expressionTree,
  },
  ...SEGMENT_METRICS,
};

export const SEGMENTS: ResourceKind<"segments"> = {
  list: "segments",
  path: "segments",
  noun: "segment",
  space: "sid",
  keys: KEYS,
  filters: {
    containsTrait: {
      schema: { type: "integer" },
      read: (query) => {
        const sid = query.id("containsTrait");
        if (sid === null) return null;
        return (segment) => traitsOfSegment(segment).some((trait) => trait === sid);
      },
    },
    folderId: idFilter("folderId", ({ folderId }) => folderId),
    dataSourceId: idFilter("dataSourceId", ({ dataSourceId }) => dataSourceId),
    integrationCode: codeFilter(),
    updatedSince: {
      schema: { type: "integer", description: "Milliseconds since the epoch." },
      read: (query, context) => {
        const since = query.count("updatedSince", { min: 0, max: Number.MAX_SAFE_INTEGER });
        if (since === null) return null;
        return ({ sid }) => context.recordOf("segments", sid).updateTime >= since;
      },
    },
    mergeRuleDataSourceId: {
      schema: { type: "integer" },
      read: (query, { view, pid }) => {
        const wanted = new Set(query.ids("mergeRuleDataSourceId"));
        if (wanted.size === 0) return null;
        const standard = defaultMergeRule(pid, view.ofPartner("mergeRules", pid)).mergeRuleId;
        return ({ mergeRuleId }) => wanted.has(mergeRuleId ?? standard);
      },
    },
    status: {
      schema: { type: "string", enum: ["ACTIVE", "INACTIVE"] },
      read: (query) => {
        const wanted = query.oneOf("status", ["ACTIVE", "INACTIVE"]);
        return wanted === null ? null : ({ status }) => status === wanted;
      },
    },
  },
  additions: [
    ...["includeInUseStatus", "includeTraitDataSourceIds", "includeExprTree"],
    METRICS_OPTION,
  ],
  rights: {
    objectType: "SEGMENT",
    scopeOf: ({ dataSourceId }) => dataSourceId,
    alsoNeeded: (segment, { view }) =>
      dataSourcesOfSegment(view, segment).map(
        (scope): Right => ({ objectType: "TRAIT", permission: "MAP_TO_SEGMENTS", scope }),
      ),
  },
  dependents: (segment, context) => [
    ...mappingsOf(segment, context),
    ...modelsNaming(segment.sid, context),
  ],
  check: (item, before, context) =>
    takenCode("segments", { item, before, unique: "uniqueSegmentIntegrationCodes" }, context) ??
    checkExports(item, before, context),
};

function destinationsOf(view: DefinitionsView, sid: number) {
  return view.workspace.destinations.filter(({ mappings }) =>
    mappings.some((mapping) => mapping.sid === sid),
  );
}

/** A segment that is mapped does not come to hold what may not go there. */
function checkExports(
  item: ApiObject,
  before: SegmentDefinition | null,
  context: ResourceContext,
): Refusal | null {
  if (before === null || typeof item["segmentRule"] !== "string") return null;
  // Its rule is a text; nothing else of it is looked at here but the merge rule, which may be anything.
  const after = { ...before, mergeRuleId: null, ...item } as SegmentDefinition;
  const conflicts = destinationsOf(context.view, before.sid).flatMap(({ destinationId }) => {
    const labels = labelsOf(destinationId, context);
    const were = exportConflicts({ labels, told: before }, context);
    return exportConflicts({ labels, told: after }, context).filter((each) => !were.includes(each));
  });
  return refuseExport([...new Set(conflicts)], "/segmentRule");
}

function mappingsOf({ sid }: SegmentDefinition, { view }: ResourceContext): readonly Dependent[] {
  return destinationsOf(view, sid).map(({ destinationId, name }) => ({
    id: destinationId,
    name: `a mapping of destination ${destinationId} (${name})`,
  }));
}
