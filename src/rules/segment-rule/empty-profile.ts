import type { SegmentRule } from "./tree.ts";

/** Whether the rule holds for a visitor who never realized any trait. */
export function holdsOnEmptyProfile(rule: SegmentRule): boolean {
  switch (rule.kind) {
    case "and":
      return rule.operands.every(holdsOnEmptyProfile);
    case "or":
      return rule.operands.some(holdsOnEmptyProfile);
    case "not":
      return !holdsOnEmptyProfile(rule.operand);
    case "trait":
      return false;
    case "frequency":
      return rule.comparison === "<=" || rule.count === 0;
  }
}
