// Rules without NOT: negation is pushed down to the predicates, so that what makes a rule true can be
// read off its tree.

import type { TraitRule } from "../trait-rule/trait-rule.ts";
import type { PredicateDictionary } from "./predicates.ts";

export type Formula = PredicateTerm | Joined;

export interface PredicateTerm {
  readonly kind: "predicate";
  readonly predicate: number;
  readonly negated: boolean;
}

export interface Joined {
  readonly kind: "and" | "or";
  readonly operands: readonly Formula[];
}

export interface RuleClauses {
  /**
   * The rule is true for a call without signals. Its clauses are then those of its opposite: the rule
   * holds unless one of them does.
   */
  readonly vacuous: boolean;
  /** The rule, or its opposite, is true when one of these is. */
  readonly clauses: readonly Formula[];
}

export function clausesOf(rule: TraitRule, dictionary: PredicateDictionary): RuleClauses {
  const formula = formulaOf(rule, false, dictionary);
  const vacuous = holdsWithoutSignals(formula);
  const indexed = vacuous ? formulaOf(rule, true, dictionary) : formula;
  return { vacuous, clauses: indexed.kind === "or" ? indexed.operands : [indexed] };
}

function formulaOf(rule: TraitRule, negated: boolean, dictionary: PredicateDictionary): Formula {
  switch (rule.kind) {
    case "not":
      return formulaOf(rule.operand, !negated, dictionary);
    case "comparison":
      return { kind: "predicate", predicate: dictionary.idOf(rule), negated };
    case "and":
    case "or": {
      const kind = (rule.kind === "and") === negated ? "or" : "and";
      const operands = rule.operands
        .map((operand) => formulaOf(operand, negated, dictionary))
        .flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]));
      return { kind, operands };
    }
  }
}

function holdsWithoutSignals(formula: Formula): boolean {
  switch (formula.kind) {
    case "predicate":
      return formula.negated;
    case "and":
      return formula.operands.every(holdsWithoutSignals);
    case "or":
      return formula.operands.some(holdsWithoutSignals);
  }
}
