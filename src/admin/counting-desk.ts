// What can be asked about how many visitors are in segments: the port between the calls of the management plane
// and the process that counts.

import type { Fault, WorkspaceChanges } from "@dunlin/contract/workspace";
import type { ChangedObject } from "../catalog/diff-workspace.ts";
import type { Estimate } from "../population/estimate-population.ts";
import type { SegmentCount } from "../population/population.ts";

/** A rule that somebody typed, or the one of a segment. */
export type CountedRule =
  | {
      readonly kind: "typed";
      readonly segmentRule: string;
      /** Null: the partner's default rule. */
      readonly mergeRuleId: number | null;
    }
  | { readonly kind: "saved"; readonly sid: number };

export interface SizeQuestion {
  readonly pid: number;
  readonly rule: CountedRule;
}

/** Somebody who waits for a count. */
export interface CountWatch {
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Before anything else: which revision of the definitions is counted with. */
  begin(revision: number): void;
  /** Before the answer, as it goes. */
  tell(news: CountNews): void;
}

export type CountNews =
  | ({ readonly kind: "estimate" } & Estimate)
  | {
      readonly kind: "progress";
      /** From 0 to 1. */
      readonly share: number;
      /** Profiles that were looked at. */
      readonly visited: number;
    };

export interface Size {
  /** Visitors in the segment. */
  readonly size: number;
  /** Who is one visitor: a device, or a declared ID. */
  readonly of: "devices" | "declared IDs";
  readonly mergeRuleDataSourceId: number;
  readonly estimate: Estimate;
  /** Profiles that were looked at, and those of them that are damaged. */
  readonly visited: number;
  readonly unreadable: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly tookMs: number;
}

/** The documented estimates of the segment builder ("Management API, reports and UI", Estimates). */
export interface BuilderEstimate {
  readonly realTime: Pick<Estimate, "estimate" | "low" | "high">;
  readonly total: Pick<Estimate, "estimate" | "low" | "high">;
  readonly intervals: readonly string[];
  readonly confidence: 0.95;
  readonly basedOn: string;
}

export interface Plan {
  readonly changes: WorkspaceChanges;
  readonly warnings: readonly Fault[];
  readonly objects: readonly ChangedObject[];
  /** Changed objects that are not among those. */
  readonly objectsLeftOut: number;
  /** The segments whose answer may change for somebody; counts are left out where nobody asked for them. */
  readonly segments: readonly PlannedSegment[];
  readonly unchangedSegments: number;
  /** What the counts cannot show, in sentences. */
  readonly notes: readonly string[];
  readonly visited: number;
  readonly unreadable: number;
  readonly at: number;
  readonly tookMs: number;
}

export interface PlannedSegment extends Partial<SegmentCount> {
  readonly pid: number;
  readonly sid: number;
  readonly name: string;
  readonly because: SegmentReason;
}

export type SegmentReason =
  | "created"
  | "deleted"
  | "paused"
  | "resumed"
  | "its rule"
  | "its merge rule"
  | "what its rule speaks of";

export type CountRefusal =
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  | { readonly kind: "unknown-segment" }
  /** Too many counts are under way. */
  | { readonly kind: "busy" };

export interface CountingDesk {
  /** Rejects with the signal's reason once nobody waits any more. */
  size(
    question: SizeQuestion,
    watch: CountWatch,
  ): Promise<{ readonly kind: "counted"; readonly size: Size } | CountRefusal>;
  estimate(
    question: SizeQuestion,
    watch: Omit<CountWatch, "tell">,
  ): Promise<{ readonly kind: "estimated"; readonly estimate: BuilderEstimate } | CountRefusal>;
  /** `text`: a workspace as JSON. Nothing is applied. */
  plan(
    question: { readonly text: string; readonly withCounts: boolean },
    watch: CountWatch,
  ): Promise<{ readonly kind: "planned"; readonly plan: Plan } | CountRefusal>;
}
