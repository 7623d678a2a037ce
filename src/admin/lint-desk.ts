// What is odd about a partner's definitions, with what the node has seen: the port between the calls of the management
// plane and the thread that looks.

import type { Fault } from "@dunlin/contract/workspace";

export interface LintFinding {
  /** A JSON pointer into a workspace, with IDs in place of places: `/traits/5001/traitRule`. */
  readonly at: string;
  readonly code: string;
  readonly severity: "warning" | "note";
  /** A sentence or two. */
  readonly message: string;
  /** Of the object. */
  readonly name: string | null;
  /** The text that `column` counts in; null where the finding is of no rule. */
  readonly rule: string | null;
  /** Of the rule's text, from 1. */
  readonly column?: number;
  /** What the message speaks of as well. */
  readonly related: readonly { readonly at: string; readonly name: string | null }[];
}

export interface LintReport {
  /** Of the definitions in force. */
  readonly revision: number;
  readonly warnings: number;
  readonly notes: number;
  readonly findings: readonly LintFinding[];
  readonly evidence: LintEvidence;
}

/** What the findings rest on; times in milliseconds since the epoch. */
export interface LintEvidence {
  /** Calls that were looked at, and different keys in them; null where they were too few. */
  readonly keys: { readonly calls: number; readonly since: number; readonly keys: number } | null;
  /** Traits of which no stored profile has anything; null where nobody has counted yet. */
  readonly realizations: { readonly at: number; readonly unfed: number } | null;
}

export interface LintQuestion {
  readonly pid: number;
  /** A workspace as JSON; null for the partner's definitions in force. */
  readonly text: string | null;
  /** The cost above which a rule is named; null for the usual one. */
  readonly maxCost: number | null;
}

export type LintOutcome =
  | {
      readonly kind: "linted";
      readonly report: LintReport;
      /** Seconds after which there is more evidence; null where this is all. */
      readonly retryAfter: number | null;
    }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  /** Another one is under way. */
  | { readonly kind: "busy" }
  /** It took longer, or more memory, than one question may. */
  | { readonly kind: "too-much" };

export interface LintDesk {
  lint(question: LintQuestion): Promise<LintOutcome>;
}
