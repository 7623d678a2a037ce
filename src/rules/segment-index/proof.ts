// Why a segment holds, or does not: the program of its rule node by node, each with its answer, what it was
// answered from, and what would have to happen for a false one to hold.

import type { TraitId } from "../../model/ids.ts";

export type SegmentProof = JunctionProof | PresenceProof | CountProof;

interface ProofNode {
  readonly holds: boolean;
  /** When the answer may next be another one by itself, in milliseconds since the epoch; null: never. */
  readonly changesAt: number | null;
  /** What is missing; null where the node holds. Empty where nothing that could happen would do. */
  readonly needs: readonly Need[] | null;
}

export interface JunctionProof extends ProofNode {
  readonly kind: "all-of" | "any-of";
  readonly operands: readonly SegmentProof[];
}

/** Some trait of a set is live (`holds-any`), or none is (`holds-none`). */
export interface PresenceProof extends ProofNode {
  readonly kind: "holds-any" | "holds-none";
  readonly traits: AskedTraits;
}

/** How often the live traits of a set were realized within a window of days, together. */
export interface CountProof extends ProofNode {
  readonly kind: "count";
  readonly traits: AskedTraits;
  readonly window: CountedWindow;
  readonly test: ">=" | "<=" | "==" | "!=";
  readonly limit: number;
  readonly count: number;
}

export type CountedWindow =
  | { readonly kind: "ever" }
  /** At most, or at least, so many days old. */
  | { readonly kind: "recent" | "old"; readonly days: number };

export interface AskedTraits {
  /** What the term asks for, ascending: a folder as what is in it. At most `MAX_LISTED_TRAITS`. */
  readonly asked: readonly TraitId[];
  /** How many there are in all. */
  readonly askedCount: number;
  /** Those of them that are live in what the merge rule reads, ascending. */
  readonly live: readonly TraitId[];
}

export const MAX_LISTED_TRAITS = 50;

/** Something that would have to happen. */
export type Need =
  | {
      readonly kind: "realize";
      /** How many more realizations, of any of these traits together. */
      readonly times: number;
      readonly traits: readonly TraitId[];
      /** By when, before what counts now counts no more; null: whenever. */
      readonly before: number | null;
    }
  /** Nothing but time. */
  | { readonly kind: "wait"; readonly until: number; readonly traits: readonly TraitId[] };

/** Everything that a list of needs asks for, as one figure to compare alternatives by. */
export function costOf(needs: readonly Need[]): number {
  if (needs.length === 0) return Number.POSITIVE_INFINITY;
  return needs.reduce((sum, need) => sum + (need.kind === "realize" ? need.times : WAIT_COST), 0);
}

/** Waiting is certain, but it may last: dearer than a single realization, cheaper than a second one. */
const WAIT_COST = 1.5;
