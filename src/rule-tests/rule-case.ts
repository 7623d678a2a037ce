// A case for rules: what a visitor did, and which traits and segments follow.

import type { AuthState } from "../model/identity.ts";
import type { DeviceId, PartnerId, SegmentId, TraitId } from "../model/ids.ts";

export interface RuleCase {
  readonly name: string;
  readonly partner: PartnerId;
  /** Milliseconds since the epoch: the time of `last`, and of expectations that name no other. */
  readonly now: number;
  /** Before `now`, the earliest first. */
  readonly history: readonly Step[];
  /** Null where the case asks only what is left of the history. */
  readonly last: Step | null;
  /** Who it is that expectations are about. */
  readonly visitor: CaseVisitor;
  readonly expectations: readonly Expectation[];
}

export interface CaseVisitor {
  readonly device: DeviceId;
  readonly ids: readonly CaseId[];
}

export interface CaseId {
  /** A data source, by its ID or its integration code. */
  readonly source: number | string;
  readonly id: string;
  readonly state: AuthState;
}

/** One call, or several alike at the same time. */
export interface Step extends CaseVisitor {
  readonly at: number;
  readonly times: number;
  /** Keys and values as a call sends them: a comma separates values. */
  readonly signals: readonly (readonly [key: string, value: string])[];
  /** Traits that the call names outright. */
  readonly sids: readonly number[];
}

export type Expectation = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly name: string;
  /** Whether it is to be so, or is not to be. */
  readonly expected: boolean;
} & (
  | { readonly kind: "segment"; readonly sid: SegmentId }
  /** Realized by the last call. */
  | { readonly kind: "trait"; readonly sid: TraitId }
);
