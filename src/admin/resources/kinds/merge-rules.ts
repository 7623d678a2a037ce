// `/v1/merge-rules/` ("Management API, reports and UI", Merge rules; "Audience model", Rule options). One rule of
// a partner is always the default: it stops being it when another one becomes it, and in no other way.

import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import type { DefinitionEdit } from "../../../catalog/edits.ts";
import { defaultMergeRule } from "../../../catalog/merge-rules.ts";
import {
  type ApiKeys,
  type ApiObject,
  type Dependent,
  type Refusal,
  type ResourceContext,
  type ResourceKind,
  refusal,
} from "../resource-kind.ts";
import { givenId, ID, kept, NAME, recordKeys, required, TEXT, written } from "../shared-keys.ts";

const IN_USE = "E_PMR_IN_USE";

const KEYS: ApiKeys<MergeRuleDefinition> = {
  mergeRuleId: givenId(),
  pid: givenId(),
  name: required(NAME),
  description: written(TEXT),
  crossDevice: required({ type: "string", enum: ["NONE", "CURRENT", "LAST", "ALL"] }),
  device: required({
    type: "string",
    enum: ["NO_DEVICE", "DEVICE", "PROFILE_LINK", "EXTERNAL", "NA"],
  }),
  dataSourceIds: written({ type: "array", items: ID, description: "Those of the logins." }),
  deviceGraphDataSourceId: written({ type: ["integer", "null"], minimum: 1 }),
  default: {
    ...written({ type: "boolean", description: "That of segments which name none." }),
    show: (rule, context) => isDefault(rule, context),
  },
  dataExportRestrictions: kept({ type: "array", items: { type: "string" } }, []),
  ...recordKeys("mergeRules", ({ mergeRuleId }) => mergeRuleId),
};

export const MERGE_RULES: ResourceKind<"mergeRules"> = {
  list: "mergeRules",
  path: "merge-rules",
  noun: "merge rule",
  space: "mergeRules",
  keys: KEYS,
  filters: {},
  additions: [],
  rights: null,
  dependents: usersOf,
  complete: stayDefault,
  check: checkDefault,
  alongside: takeDefault,
};

function isDefault(rule: MergeRuleDefinition, { view, pid }: ResourceContext): boolean {
  return defaultMergeRule(pid, view.ofPartner("mergeRules", pid)) === rule;
}

function usersOf(rule: MergeRuleDefinition, context: ResourceContext): readonly Dependent[] {
  const { mergeRuleId, pid } = rule;
  const segments = context.view
    .ofPartner("segments", pid)
    .filter((segment) => segment.mergeRuleId === mergeRuleId)
    .map(({ sid, name }) => ({ id: sid, name: `segment ${sid} (${name})`, code: IN_USE }));
  if (!isDefault(rule, context)) return segments;
  return [{ id: pid, name: `partner ${pid}, whose default it is`, code: IN_USE }, ...segments];
}

/** A partner's first rule is the default; a body that does not say so leaves the default where it is. */
function stayDefault(
  item: ApiObject,
  before: MergeRuleDefinition | null,
  context: ResourceContext,
): ApiObject {
  const { view, pid } = context;
  if (before === null && view.ofPartner("mergeRules", pid).length === 0) {
    return { ...item, default: true };
  }
  if (before === null || !isDefault(before, context) || item["default"] === false) return item;
  // It may be the default without being marked: then nobody marks it by sending back what they read.
  const { default: _, ...rest } = item;
  return before.default ? { ...rest, default: true } : rest;
}

function checkDefault(
  item: ApiObject,
  before: MergeRuleDefinition | null,
  context: ResourceContext,
): Refusal | null {
  if (before === null || !isDefault(before, context) || item["default"] !== false) return null;
  const message = "It is the partner's default rule; make another one the default instead.";
  return refusal("conflict", message, [{ at: "/default", code: IN_USE, message }]);
}

function takeDefault(
  item: ApiObject,
  before: MergeRuleDefinition | null,
  { view, pid }: ResourceContext,
): readonly DefinitionEdit[] {
  if (item["default"] !== true) return [];
  return view.ofPartner("mergeRules", pid).flatMap((rule): DefinitionEdit[] => {
    if (rule === before || !rule.default) return [];
    const { mergeRuleId: id } = rule;
    return [{ kind: "put", list: "mergeRules", id, item: { ...rule, default: false } }];
  });
}
