// A segment's rule as a tree for editors ("Management API, reports and UI", Segments).

import type { SegmentDefinition } from "@dunlin/contract/workspace";
import { parseSegmentRule, type SegmentRule } from "../../rules/segment-rule/segment-rule.ts";
import { traitsOfSegment } from "./definitions-view.ts";

/** The most traits that the graphic view of an editor shows. */
const GRAPHIC_TRAITS = 50;
/** Groups of terms, joined once. */
const GRAPHIC_LEVELS = 2;

export interface SegmentExpression {
  /** Whether it is more than a graphic view can show. */
  readonly codeViewOnly: boolean;
  /** Null where the rule cannot be read. */
  readonly expressionTree: ExpressionNode | null;
}

export type ExpressionNode =
  | { readonly op: "AND" | "OR" | "NOT"; readonly children: readonly ExpressionNode[] }
  | (Limits & { readonly trait: number })
  | (Limits & { readonly traits: readonly number[] });

/** Null where every realization counts, or one is enough. */
interface Limits {
  readonly recency: { readonly comparison: string; readonly days: number } | null;
  readonly frequency: { readonly comparison: string; readonly count: number } | null;
}

export function expressionOf(segment: SegmentDefinition): SegmentExpression {
  const parsed = parseSegmentRule(segment.segmentRule);
  if (!parsed.ok) return { codeViewOnly: true, expressionTree: null };
  const rule = parsed.value;
  const isSmall = traitsOfSegment(segment).length <= GRAPHIC_TRAITS;
  return {
    codeViewOnly: !isSmall || levelsOf(rule) > GRAPHIC_LEVELS,
    expressionTree: nodeOf(rule),
  };
}

function nodeOf(rule: SegmentRule): ExpressionNode {
  switch (rule.kind) {
    case "and":
      return { op: "AND", children: rule.operands.map(nodeOf) };
    case "or":
      return { op: "OR", children: rule.operands.map(nodeOf) };
    case "not":
      return { op: "NOT", children: [nodeOf(rule.operand)] };
    case "trait":
      return { trait: rule.trait.sid, recency: null, frequency: null };
    case "frequency": {
      const { recency, comparison, count } = rule;
      const limits = { recency, frequency: { comparison, count } };
      const [first, ...others] = rule.traits.map(({ sid }) => sid);
      if (first !== undefined && others.length === 0) return { trait: first, ...limits };
      return { traits: rule.traits.map(({ sid }) => sid), ...limits };
    }
  }
}

/** A NOT belongs to the group behind it. */
function levelsOf(rule: SegmentRule): number {
  switch (rule.kind) {
    case "and":
    case "or":
      return 1 + Math.max(...rule.operands.map(levelsOf));
    case "not":
      return levelsOf(rule.operand);
    case "trait":
    case "frequency":
      return 0;
  }
}
