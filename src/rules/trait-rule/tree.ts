import type { BooleanRule } from "../boolean-rule.ts";

/** A trait rule as a tree: what was written, without the places at which it was written. */
export type TraitRule = BooleanRule<Comparison>;

/** True when some value of the key passes the test ("Audience model", Comparison semantics). */
export interface Comparison {
  readonly kind: "comparison";
  /** As written; how it folds is the index's business. */
  readonly key: string;
  readonly operator: ComparisonOperator;
  readonly value: Literal;
}

/** A quoted string and a bare word mean the same; a bare number makes `==` and `!=` numeric. */
export interface Literal {
  readonly kind: "text" | "number";
  readonly text: string;
}

export const RELATIONS = ["==", "!=", ">=", "<=", ">", "<"] as const;
export const NAMED_OPERATORS = [
  "contains",
  "startswith",
  "endswith",
  "matchesregex",
  "matcheswords",
] as const;

export type NamedOperator = (typeof NAMED_OPERATORS)[number];
export type ComparisonOperator = (typeof RELATIONS)[number] | NamedOperator;

export type TraitRuleCode =
  | "E_EMPTY"
  | "E_SYNTAX"
  | "E_BAD_KEY"
  | "E_BAD_OPERATOR"
  | "E_BAD_CHAR"
  | "E_SINGLE_EQUALS"
  | "E_UNTERMINATED_STRING"
  | "E_RESERVED_VALUE"
  | "E_NON_NUMERIC_OPERAND"
  | "E_EMPTY_OPERAND"
  | "E_BAD_REGEX"
  | "E_TOO_LONG"
  | "E_TOO_DEEP";

/** Limits of one rule ("Audience model", Grammar). */
export const MAX_RULE_CHARACTERS = 65_535;
export const MAX_COMPARISONS = 5_000;
export const MAX_KEY_CHARACTERS = 255;
