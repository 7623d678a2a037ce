import type { RuleWarning } from "../rule-fault.ts";
import type { Comparison, TraitRule } from "./tree.ts";

export type TraitRuleWarningCode = "W_VACUOUS" | "W_RESERVED_KEY" | "W_CONTROL_KEY";

/** Keys that the platform keeps for itself ("Audience model", Prefixes and platform keys). */
const RESERVED_KEYS = new Set(["d_dst_filter", "d_rs"]);

/** Parameters that steer a call and are never signals: a rule on one cannot see it. */
const CONTROL_KEYS = new Set(
  (
    "d_uuid d_mid d_orgid d_blob dcs_region d_cid d_cid_ic d_cid_ns d_dpid d_dpuuid dpid dpuuid d_rtbd d_cb " +
    "d_dst d_stuff d_jsonv d_cts d_strict d_tdpid d_tdpid_ic d_sid d_px d_unsid d_nsid d_ver d_rd d_ld " +
    "d_coppa gdpr gdpr_consent"
  ).split(" "),
);

/** What its author may not have meant; a rule with warnings is served like any other. */
export function warningsOf(rule: TraitRule): readonly RuleWarning<TraitRuleWarningCode>[] {
  const warnings: RuleWarning<TraitRuleWarningCode>[] = [];
  if (isVacuous(rule)) {
    const message =
      "The rule is true for a call without signals, so that every call realizes the trait unless it carries something against it.";
    warnings.push({ code: "W_VACUOUS", message });
  }
  for (const key of new Set(comparisonsOf(rule).map(({ key }) => key.toLowerCase()))) {
    if (RESERVED_KEYS.has(key)) {
      const message = `The key "${key}" is reserved for the platform; do not build on it.`;
      warnings.push({ code: "W_RESERVED_KEY", message });
    }
    if (CONTROL_KEYS.has(key)) {
      const message = `The key "${key}" steers a call and is never a signal, so that no call has a value for it.`;
      warnings.push({ code: "W_CONTROL_KEY", message });
    }
  }
  return warnings;
}

/** Whether the rule is true when no comparison is. */
export function isVacuous(rule: TraitRule): boolean {
  switch (rule.kind) {
    case "and":
      return rule.operands.every(isVacuous);
    case "or":
      return rule.operands.some(isVacuous);
    case "not":
      return !isVacuous(rule.operand);
    case "comparison":
      return false;
  }
}

/** All comparisons, in text order. */
export function comparisonsOf(rule: TraitRule): Comparison[] {
  switch (rule.kind) {
    case "and":
    case "or":
      return rule.operands.flatMap(comparisonsOf);
    case "not":
      return comparisonsOf(rule.operand);
    case "comparison":
      return [rule];
  }
}
