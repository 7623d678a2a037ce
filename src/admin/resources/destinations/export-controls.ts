// Data export controls ("Data out and in"): what data sources and merge rules forbid, against what destinations
// do with what they are told. Both are kept beside the workspace.

import type { Fault, SegmentDefinition } from "@dunlin/contract/workspace";
import { defaultMergeRule } from "../../../catalog/merge-rules.ts";
import { traitsOfSegment } from "../definitions-view.ts";
import { type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";

/** What a destination may do, and a data source may forbid. */
export const EXPORT_LABELS = [
  ...["PII", "ON_SITE_ADS", "OFF_SITE_ADS", "ON_SITE_PERSONALIZATION"],
] as const;

/** The labels of a destination, as its record keeps them. */
export function labelsOf(destinationId: number, { recordOf }: ResourceContext): readonly string[] {
  return textsOf(recordOf("destinations", destinationId).kept?.["dataExportLabels"]);
}

export interface ExportQuestion {
  readonly labels: readonly string[];
  /** What is told: a segment, or the sid of a trait. */
  readonly told: SegmentDefinition | number;
}

/** A sentence for each thing that forbids it, always in the same order. */
export function exportConflicts(
  { labels, told }: ExportQuestion,
  context: ResourceContext,
): readonly string[] {
  // Most destinations have no labels, and then there is nothing to look at.
  if (labels.length === 0) return [];
  const controlled = typeof told === "number" ? [] : controlledRules(told, context);
  const sources = new Set(typeof told === "number" ? sourcesOfTrait(told, context) : []);
  if (typeof told !== "number") {
    for (const sid of traitsOfSegment(told)) {
      for (const source of sourcesOfTrait(sid, context)) sources.add(source);
    }
    for (const { dataSourceIds } of controlled) for (const id of dataSourceIds) sources.add(id);
  }
  const { view, recordOf } = context;
  const restricted = [
    ...[...sources].map((id) => ({
      name: `data source ${id} (${view.find("dataSources", id)?.name ?? "built in"})`,
      kept: recordOf("dataSources", id).kept,
    })),
    ...controlled.map(({ name, mergeRuleId }) => ({
      name: `merge rule ${mergeRuleId} (${name})`,
      kept: recordOf("mergeRules", mergeRuleId).kept,
    })),
  ];
  return restricted.flatMap(({ name, kept }) =>
    textsOf(kept?.["dataExportRestrictions"])
      .filter((label) => labels.includes(label))
      .map((label) => `What comes from ${name} may not go where ${label} applies.`),
  );
}

export function refuseExport(conflicts: readonly string[], at: string): Refusal | null {
  const [first] = conflicts;
  if (first === undefined) return null;
  const faults = conflicts.map((message): Fault => ({ at, code: "E_EXPORT_CONTROL", message }));
  return refusal("export-control", first, faults);
}

interface ControlledRule {
  readonly mergeRuleId: number;
  readonly name: string;
  readonly dataSourceIds: readonly number[];
}

function controlledRules(
  { pid, mergeRuleId }: SegmentDefinition,
  { view }: ResourceContext,
): readonly ControlledRule[] {
  const rules = view.ofPartner("mergeRules", pid);
  const rule =
    typeof mergeRuleId === "number"
      ? view.find("mergeRules", mergeRuleId)
      : defaultMergeRule(pid, rules);
  if (rule === undefined) return [];
  const { name, dataSourceIds, deviceGraphDataSourceId: graph } = rule;
  const ids = graph === null ? dataSourceIds : [...dataSourceIds, graph];
  return [{ mergeRuleId: rule.mergeRuleId, name, dataSourceIds: ids }];
}

/** Of a trait; of a folder's own trait those of all that lies in the folder. */
function sourcesOfTrait(sid: number, { view }: ResourceContext): readonly number[] {
  const trait = view.find("traits", sid);
  if (trait !== undefined) return [trait.dataSourceId];
  const folder = view.workspace.folders.find(({ traitSid }) => traitSid === sid);
  if (folder === undefined) return [];
  const inside = new Set([folder.folderId]);
  for (let count = 0; count < inside.size; ) {
    count = inside.size;
    for (const { folderId, parentFolderId } of view.workspace.folders) {
      if (inside.has(parentFolderId)) inside.add(folderId);
    }
  }
  const members = view.workspace.traits.filter(({ folderId }) => inside.has(folderId));
  return [...new Set(members.map(({ dataSourceId }) => dataSourceId))];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
