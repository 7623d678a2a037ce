// A call that ends before its work begins, and what still has to be done for it.

import type { CallPartner } from "../partner.ts";
import type { PlacedError } from "../placed-error.ts";

/** Where a call was stopped. Of some places a click may still lead to its target. */
export type StopReason =
  | "unread"
  | "no-partner"
  | "country"
  | "referer"
  | "platform-opt-out"
  | "cookie"
  | "consent"
  | "ids"
  | "denied"
  | "partner-opt-out"
  | "rate";

export interface Stop {
  readonly reason: StopReason;
  /** Warnings that came before, then what ended the call. */
  readonly errors: readonly PlacedError[];
  /** Null where none was found. */
  readonly partner: CallPartner | null;
  /** A status of HTTP's own, where the operator wants one; with `retryAfterSeconds` for callers that come too often. */
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** Whether the visitor refused, so that the IDs of the call are opted out. */
  readonly optsOut: boolean;
}

/** After these a target in the call is not to be trusted: nobody knows whose it is, or whether it is whole. */
export function mayStillRedirect({ reason }: Stop): boolean {
  return reason !== "unread" && reason !== "no-partner" && reason !== "referer";
}
