/** What is wrong with a rule, at the first place in text order at which it is wrong. */
export interface RuleFault<Code extends string = string> {
  readonly code: Code;
  /** Counted from 1, in UTF-16 units of the rule's text. */
  readonly column: number;
  /** Says what was found and what was expected; the caller adds whose rule it is and the column. */
  readonly message: string;
}

/** What is odd about a rule that is legal: it prevents nothing. */
export interface RuleWarning<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
}
