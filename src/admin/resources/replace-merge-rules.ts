import type { Fault, SegmentDefinition } from "@dunlin/contract/workspace";
import { defaultMergeRule } from "../../catalog/merge-rules.ts";
import { err, ok, type Result } from "../../model/result.ts";
import type { PlannedChange } from "./change-resources.ts";
import { SEGMENTS } from "./kinds/segments.ts";
import { may } from "./may.ts";
import { type Refusal, type ResourceContext, refusal } from "./resource-kind.ts";

const KEYS = ["existingMergeRuleDataSourceId", "replaceWithMergeRuleDataSourceId"] as const;

/** Gives every segment with one merge rule another one, all or none ("Management API", Segments). */
export function planMergeRuleReplacement(
  body: unknown,
  context: ResourceContext,
): Result<PlannedChange, Refusal> {
  const { view, pid } = context;
  const faults: Fault[] = [];
  const rules = KEYS.map((name) => {
    const id: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : null;
    const rule = typeof id === "number" ? view.find("mergeRules", id) : undefined;
    if (rule?.pid === pid) return rule;
    const message = `Expected the ID of a merge rule of the partner as \`${name}\`.`;
    faults.push({ at: `/${name}`, code: "E_UNKNOWN_REFERENCE", message });
    return undefined;
  });
  const [existing, replacement] = rules;
  if (existing === undefined || replacement === undefined) {
    return err(refusal("bad-request", "Expected two merge rules; nothing was changed.", faults));
  }
  const standard = defaultMergeRule(pid, view.ofPartner("mergeRules", pid)).mergeRuleId;
  const segments = view
    .ofPartner("segments", pid)
    .filter(({ mergeRuleId }) => (mergeRuleId ?? standard) === existing.mergeRuleId);
  const locked = segments.find((item) => !may(SEGMENTS, "WRITE", { item, context }));
  if (locked !== undefined) {
    return err(refusal("forbidden", `The caller may not change segment ${locked.sid}.`));
  }
  return ok({
    edits: segments.map((segment) => ({
      kind: "put",
      list: "segments",
      id: segment.sid,
      item: { ...segment, mergeRuleId: replacement.mergeRuleId } satisfies SegmentDefinition,
    })),
    kept: [],
    target: null,
    explain: (found) => refusal("conflict", "Nothing was changed.", found),
  });
}
