// Rules, and parts of rules, whose answer is known before anybody asks.

import { forEachTrait, type SegmentRule } from "../rules/segment-rule/segment-rule.ts";
import type { Comparison, TraitRule } from "../rules/trait-rule/trait-rule.ts";
import type { Finding } from "./finding.ts";
import type { PartnerRules, PlacedSegment, PlacedTrait } from "./partner-rules.ts";
import { everybodyMeets, nobodyMeets } from "./segment-logic/segment-logic.ts";
import { alwaysHolds, judgeTraitRule, neverHolds } from "./signal-logic/signal-logic.ts";

/** Parts of a rule that are looked at by themselves; each costs as much as a rule of its own. */
const MAX_PARTS = 64;

export function deadRules(rules: PartnerRules): Finding[] {
  return [
    ...rules.traits.flatMap((trait) => deadTraitRule(trait, rules)),
    ...rules.segments.flatMap((segment) => deadSegmentRule(segment, rules)),
  ];
}

function deadTraitRule({ at, placed }: PlacedTrait, { folding }: PartnerRules): Finding[] {
  if (placed === null) return [];
  const place = `${at}/traitRule`;
  const { rule, columns } = placed;
  switch (judgeTraitRule(rule, folding)) {
    case "never":
      return [warning(place, "L_NEVER", "No call can make this rule true: it contradicts itself.")];
    case "always":
      return [warning(place, "L_ALWAYS", "Every call makes this rule true, whatever it carries.")];
    case "several-values": {
      const message =
        "Only a call in which some key has several values makes this rule true: no single value passes all that it asks for.";
      return [warning(place, "L_SEVERAL_VALUES", message)];
    }
  }
  return deadParts(rule, place, {
    never: (part) => neverHolds(part, folding),
    always: (part) => alwaysHolds(part, folding),
    columnOf: (part) => columnOfTraitRule(part, columns),
  });
}

function deadSegmentRule({ at, rule }: PlacedSegment, { lookup }: PartnerRules): Finding[] {
  const place = `${at}/segmentRule`;
  if (nobodyMeets(rule, lookup)) {
    const message =
      "Nobody can meet this rule: it contradicts itself, or asks for more than its traits can count.";
    return [warning(place, "L_NEVER", message)];
  }
  return deadParts(rule, place, {
    never: (part) => nobodyMeets(part, lookup),
    always: (part) => everybodyMeets(part, lookup),
    columnOf: columnOfSegmentRule,
  });
}

/** What both languages have in common: a rule is a junction of rules, the opposite of one, or a term. */
type Tree<Rule> =
  | { readonly kind: "and" | "or"; readonly operands: readonly Rule[] }
  | { readonly kind: "not"; readonly operand: Rule }
  | { readonly kind: "comparison" | "trait" | "frequency" };

interface Language<Rule> {
  never(part: Rule): boolean;
  always(part: Rule): boolean;
  columnOf(part: Rule): number;
}

/** The largest parts below the root whose answer is known. */
function deadParts<Rule extends Tree<Rule>>(
  root: Rule,
  place: string,
  language: Language<Rule>,
): Finding[] {
  const findings: Finding[] = [];
  let partsLeft = MAX_PARTS;
  const visit = (part: Rule): void => {
    if (partsLeft === 0) return;
    partsLeft -= 1;
    const verdict = language.never(part) ? "never" : language.always(part) ? "always" : null;
    if (verdict === null) descend(part);
    else findings.push(partFinding(place, language.columnOf(part), verdict));
  };
  const descend = (rule: Rule): void => {
    // The opposite of a part says nothing that the part does not.
    if (rule.kind === "not") descend(rule.operand);
    if (rule.kind === "and" || rule.kind === "or") for (const part of rule.operands) visit(part);
  };
  descend(root);
  return findings;
}

function partFinding(place: string, column: number, verdict: "never" | "always"): Finding {
  const [code, what] =
    verdict === "never"
      ? (["L_NEVER", "can never be true"] as const)
      : (["L_ALWAYS", "is always true"] as const);
  return { ...warning(place, code, `The part of the rule that begins here ${what}.`), column };
}

function columnOfTraitRule(rule: TraitRule, columns: ReadonlyMap<Comparison, number>): number {
  switch (rule.kind) {
    case "comparison":
      return columns.get(rule) ?? 1;
    case "not":
      return columnOfTraitRule(rule.operand, columns);
    default: {
      const [first] = rule.operands;
      return first === undefined ? 1 : columnOfTraitRule(first, columns);
    }
  }
}

function columnOfSegmentRule(rule: SegmentRule): number {
  let column = 0;
  forEachTrait(rule, (trait) => {
    column ||= trait.column;
  });
  return column;
}

function warning(at: string, code: Finding["code"], message: string): Finding {
  return { at, code, severity: "warning", message, related: [] };
}
