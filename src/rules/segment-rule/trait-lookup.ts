import type { TraitId } from "../../model/ids.ts";

/**
 * What segment rules must know of a trait. The catalog provides one lookup a partner; the checks and
 * both segment indexes ask it, and only while a snapshot is built, never during a call.
 *
 * It answers for every trait that the partner's rules may name, the folder traits and the inactive
 * traits (their records stay) included, and gives null for any other ID. `allowsFrequency`, `ttlDays`
 * and `kind` of a folder's members are asked for too, so whatever it lists as a member it must know.
 */
export type TraitLookup = (sid: TraitId) => TraitForSegments | null;

export interface TraitForSegments {
  /**
   * `base`: profiles hold records of it. `folder`: stands for `members`, never stored. `computed`: the
   * Active Audience and data-source-synced traits, never stored either; whoever evaluates segments
   * adds a record of it to the merged profile where the visitor holds it: one realization, at the last
   * time that the device, or the link, because of which it is held was renewed.
   */
  readonly kind: "base" | "folder" | "computed";
  /**
   * True for rule-based and folder traits only ("Audience model", Trait types). A base trait without it
   * has no frequency of its own: inside a folder's sum it adds 1 at most.
   */
  readonly allowsFrequency: boolean;
  /** Whether the trait's data source is third party. For a folder trait: the folder trait's own. */
  readonly thirdParty: boolean;
  /**
   * Days; 0 = never expires. 0 for folder traits, whose life is that of their members; for computed
   * traits the life of devices and links.
   */
  readonly ttlDays: number;
  /**
   * For a folder trait: the distinct traits in the folder and all folders below it, in any order; folder
   * traits are not among them. May be empty: nobody holds such a folder trait. Empty for other kinds.
   */
  readonly members: readonly TraitId[];
}
