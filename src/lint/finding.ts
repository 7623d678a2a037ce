/** What is odd about a workspace that is legal. It prevents nothing. */
export interface Finding {
  /** JSON pointer into the workspace. */
  readonly at: string;
  readonly code: LintCode;
  readonly severity: Severity;
  /** A sentence or two: what is odd, and what was most likely meant. */
  readonly message: string;
  /** JSON pointers to what the message speaks of as well. */
  readonly related: readonly string[];
  /** Of a rule's text, from 1. */
  readonly column?: number;
}

/** A warning is most likely a mistake; a note is worth a look. */
export type Severity = "warning" | "note";

export type LintCode =
  | "L_NEVER"
  | "L_ALWAYS"
  | "L_SEVERAL_VALUES"
  | "L_COST"
  | "L_DUPLICATE_TRAIT"
  | "L_DUPLICATE_SEGMENT"
  | "L_NARROWER_SEGMENT"
  | "L_COMPARISONS_ENDED"
  | "L_INACTIVE"
  | "L_UNFED_TRAIT"
  | "L_UNUSED_TRAIT"
  | "L_UNMAPPED_SEGMENT"
  | "L_KEY_NEVER_SENT"
  | "L_HIDDEN_HEADER"
  | "L_UNKNOWN_HEADER"
  | "L_UNKNOWN_PLATFORM_KEY"
  | "L_PLATFORM_CASE"
  | "L_KEY_CASE"
  | "L_MIXED_PREFIX"
  | "L_UNSEEN_KEY"
  | "L_MORE";
