// What the management plane can ask of the node about single objects: the port between the resources and the
// publications that carry their changes out.

import type { Caller } from "../../access/caller.ts";
import type { Result } from "../../model/result.ts";
import type { PlannedChange } from "./change-resources.ts";
import type { Refusal, ResourceContext } from "./resource-kind.ts";

/** Who calls, and for which partner. */
export interface Asker {
  readonly caller: Caller;
  readonly pid: number;
}

export type ChangeOutcome =
  /** Every worker of every node serves it. */
  | {
      readonly kind: "changed";
      /** As it is after the change. */
      readonly context: ResourceContext;
      readonly target: PlannedChange["target"];
    }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** A worker could not take it over. What was served before is served still. */
  | { readonly kind: "failed"; readonly reason: string }
  /** Too many publications wait already, or the store is out of reach. */
  | { readonly kind: "busy" };

/** What a trait's rule was. */
export interface TraitRuleVersion {
  readonly traitRuleVersion: number;
  readonly traitRule: string | null;
  readonly upUID: number;
  readonly userName: string;
  readonly updateTime: number | null;
}

export interface DefinitionDesk {
  /** The definitions in force. */
  read(asker: Asker): Promise<ResourceContext>;
  /**
   * Carries a change out, and answers once it is served. `plan` is asked when it is the call's turn, and then
   * sees definitions that stand still until its change is done.
   */
  change(
    asker: Asker,
    plan: (context: ResourceContext) => Result<PlannedChange, Refusal>,
  ): Promise<ChangeOutcome>;
  /** The newest first. */
  traitRuleVersions(trait: { readonly sid: number }): Promise<readonly TraitRuleVersion[]>;
}
