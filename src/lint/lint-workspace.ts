// What is odd about a workspace that is legal: rules that say nothing, things that are there twice or for
// nothing, keys that no call carries. The front door of this room.

import type { Workspace } from "@dunlin/contract/workspace";
import { deadRules } from "./dead-rules.ts";
import { type Evidence, NO_EVIDENCE } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { keyFindings } from "./keys.ts";
import { rulesByPartner } from "./partner-rules.ts";
import { costlyRules, DEFAULT_MAX_COST } from "./rule-cost.ts";
import { sameRules } from "./same-rules.ts";
import { usage } from "./usage.ts";

export type { Evidence, PartnerEvidence } from "./evidence.ts";
export type { Finding, LintCode, Severity } from "./finding.ts";
export { DEFAULT_MAX_COST } from "./rule-cost.ts";

export interface LintOptions {
  /** What nodes have seen; without it nothing is said of what was seen. */
  readonly evidence?: Evidence;
  /** The cost above which a rule is named; as much as so many comparisons. */
  readonly maxCost?: number;
}

/** Findings that one run names; the last one says how many more there are. */
export const MAX_FINDINGS = 10_000;

/**
 * The findings of a workspace that `readWorkspace` has read, in the order of its lists, warnings before
 * notes. What is called certain in a message is so for every call and every visitor; what takes too long to
 * decide is left out.
 */
export function lintWorkspace(workspace: Workspace, options: LintOptions = {}): Finding[] {
  const { evidence = NO_EVIDENCE, maxCost = DEFAULT_MAX_COST } = options;
  const findings = rulesByPartner(workspace, evidence).flatMap((rules) => [
    ...deadRules(rules),
    ...sameRules(rules),
    ...keyFindings(rules),
    ...usage(rules),
    ...costlyRules(rules, maxCost),
  ]);
  const sorted = findings.sort(byPlace);
  if (sorted.length <= MAX_FINDINGS) return sorted;
  const left = sorted.length - MAX_FINDINGS;
  const message = `There are ${left} more findings.`;
  const more = { at: "", code: "L_MORE", severity: "note", message, related: [] } as const;
  return [...sorted.slice(0, MAX_FINDINGS), more];
}

const LISTS = ["traits", "segments", "destinations"];

function byPlace(one: Finding, other: Finding): number {
  return (
    rank(one.severity) - rank(other.severity) ||
    listOf(one) - listOf(other) ||
    indexOf(one) - indexOf(other) ||
    one.at.localeCompare(other.at, "en") ||
    (one.column ?? 0) - (other.column ?? 0)
  );
}

function rank(severity: Finding["severity"]): number {
  return severity === "warning" ? 0 : 1;
}

function listOf({ at }: Finding): number {
  return LISTS.indexOf(at.split("/")[1] ?? "");
}

function indexOf({ at }: Finding): number {
  return Number(at.split("/")[2] ?? -1);
}
