import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import type { ComputedTraits, MergeNeeds } from "./snapshot.ts";

/** IDs in a workspace are positive: no rule of a partner's own has this one. */
const BUILT_IN_MERGE_RULE_ID = 0;

/**
 * The rule of segments that name none: the one marked so, else the one with the smallest ID. A partner
 * without rules has the built-in "Device", which no document lists ("Running a node", The workspace).
 */
export function defaultMergeRule(
  pid: number,
  rules: readonly MergeRuleDefinition[],
): MergeRuleDefinition {
  const marked = rules.find((rule) => rule.default);
  if (marked !== undefined) return marked;
  const [first] = rules.toSorted((a, b) => a.mergeRuleId - b.mergeRuleId);
  return first ?? builtInMergeRule(pid);
}

function builtInMergeRule(pid: number): MergeRuleDefinition {
  return {
    mergeRuleId: BUILT_IN_MERGE_RULE_ID,
    pid,
    name: "Device",
    description: "",
    crossDevice: "NONE",
    device: "DEVICE",
    dataSourceIds: [],
    deviceGraphDataSourceId: null,
    default: true,
  };
}

/** What the merge rules of a partner's active segments ask of every call. */
export function mergeNeedsOf(
  rulesInUse: readonly MergeRuleDefinition[],
  computedTraits: ComputedTraits | null,
): MergeNeeds {
  return {
    lastAuthenticated: rulesInUse.some(({ crossDevice }) => crossDevice === "LAST"),
    deviceGraphs: rulesInUse.some(({ device }) => device === "EXTERNAL"),
    computedTraits,
  };
}
