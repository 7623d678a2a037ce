// What the management plane can ask of the node that it belongs to: the port between the use cases and the
// processes that carry them out.

import type { Fault, WorkspaceChanges } from "@dunlin/contract/workspace";
import type { Caller } from "../access/caller.ts";
import type { DefinitionStore } from "../catalog/definition-store.ts";
import type { DataSourceId } from "../model/ids.ts";
import type { DenyList, DeviceGraphs } from "../profiles/visitor-store.ts";
import type { CountingDesk } from "./counting-desk.ts";
import type { VisitorDescription, VisitorQuestion } from "./describe-visitor.ts";
import type { ExplainQuestion, VisitorExplanation } from "./explain-visitor.ts";
import type { LintDesk } from "./lint-desk.ts";
import type { MetricsDesk } from "./metrics-desk.ts";
import type { ModelsDesk } from "./models-desk.ts";
import type { TraitTypes } from "./reference/trait-types.ts";
import type { DefinitionDesk } from "./resources/definition-desk.ts";

export type PublishOutcome =
  | {
      readonly kind: "published";
      readonly revision: number;
      readonly changes: WorkspaceChanges;
      readonly warnings: readonly Fault[];
    }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  /** The caller knows other definitions than those in force, whose ETag this is. */
  | { readonly kind: "stale"; readonly etag: string }
  /** A worker could not compile it. What was served before is served still. */
  | { readonly kind: "failed"; readonly reason: string }
  /** Too many publications wait already. */
  | { readonly kind: "busy" };

export interface DataSourceDescription {
  /** Whether it is defined now, by whomever. */
  readonly isDefined: boolean;
  readonly holdsDeviceGraph: boolean;
}

export interface PublishOptions {
  /** Stands in the list of revisions. */
  readonly note?: string;
  /** The header: which definitions the caller means to replace. Null: whichever are in force. */
  readonly ifMatch?: string | null;
}

/** What was worked out with the definitions of one revision. */
export interface Computed<T> {
  readonly revision: number;
  readonly answer: T;
}

export interface NodeControl {
  readonly hasManualClock: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether every worker serves. */
  isReady(): boolean;
  publish(document: string, caller: Caller, options?: PublishOptions): Promise<PublishOutcome>;
  /** The workspace that is served, as JSON text, and which revision it is. */
  currentWorkspace(): { readonly revision: number; readonly document: string };
  /** The definitions object by object. */
  readonly desk: DefinitionDesk;
  /** What was published before. */
  readonly revisions: Pick<DefinitionStore, "list" | "read">;
  readonly traitTypes: TraitTypes;
  /** Of the node. */
  readonly region: number;
  /** How many visitors are in segments. */
  readonly counting: CountingDesk;
  /** The numbers of traits and segments. */
  readonly measuring: MetricsDesk;
  /** Runs of look-alike models. */
  readonly models: ModelsDesk;
  /** What is odd about definitions. */
  readonly linting: LintDesk;
  /** The partners that are defined; null when no worker could answer. */
  partnerIds(): Promise<readonly number[] | null>;
  /** Null when no worker could answer. */
  describeDataSource(id: DataSourceId): Promise<DataSourceDescription | null>;
  /** What is stored in them is seen by all workers. */
  readonly denials: DenyList;
  readonly graphs: DeviceGraphs;
  /** Null when no worker could answer. */
  describeVisitor(question: VisitorQuestion): Promise<Computed<VisitorDescription> | null>;
  /** Null when no worker could answer. */
  explainVisitor(question: ExplainQuestion): Promise<Computed<VisitorExplanation> | null>;
  /** True once every worker has the time. */
  setClock(nowMs: number): Promise<boolean>;
  /** True once every visitor is forgotten. */
  forgetEveryone(): Promise<boolean>;
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
}
