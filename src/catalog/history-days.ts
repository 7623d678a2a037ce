import type { SegmentRule } from "../rules/segment-rule/segment-rule.ts";

/** The default life of a trait: what a new rule most likely looks back on. */
const LEAST_DAYS = 120;

/** Clocks of nodes differ, and a call may be of yesterday when it is stored. */
const SLACK_DAYS = 2;

/**
 * Days of which profiles must keep the count day by day. Older days may be folded into one: no recency
 * of these rules tells them apart.
 */
export function historyDaysOf(rules: readonly SegmentRule[]): number {
  let days = LEAST_DAYS;
  for (const rule of rules) days = Math.max(days, largestRecency(rule));
  return days + SLACK_DAYS;
}

function largestRecency(rule: SegmentRule): number {
  switch (rule.kind) {
    case "and":
    case "or":
      return rule.operands.reduce((days, operand) => Math.max(days, largestRecency(operand)), 0);
    case "not":
      return largestRecency(rule.operand);
    case "frequency":
      return rule.recency?.days ?? 0;
    case "trait":
      return 0;
  }
}
