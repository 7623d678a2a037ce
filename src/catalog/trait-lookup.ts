// What segment rules must know of one partner's traits, folder traits and their members included.

import type { FolderDefinition, TraitDefinition, TraitType } from "@dunlin/contract/workspace";
import { asTraitId, type TraitId } from "../model/ids.ts";
import { DEVICE_LIFE_DAYS } from "../model/time.ts";
import type { TraitForSegments, TraitLookup } from "../rules/segment-rule/trait-lookup.ts";
import { CATALOG_LIMITS } from "./limits.ts";
import type { TraitFacts } from "./snapshot.ts";

/** A definition, or a draft of one that is being read: what could not be read is undefined. */
type Partly<T> = { readonly [K in keyof T]: T[K] | undefined };

export interface LookupSource {
  readonly traits: readonly Partly<TraitDefinition>[];
  readonly folders: readonly Partly<FolderDefinition>[];
  isThirdParty(dataSourceId: number): boolean;
}

const NO_MEMBERS: readonly TraitId[] = [];

const KINDS: Readonly<Record<TraitType, "base" | "computed">> = {
  RULE_BASED_TRAIT: "base",
  ON_BOARDED_TRAIT: "base",
  ALGO_TRAIT: "base",
  ACTIVE_AUDIENCE_TRAIT: "computed",
  DATA_SOURCE_SYNCED_TRAIT: "computed",
};

export function buildTraitLookup(source: LookupSource): TraitLookup {
  const bySid = new Map<TraitId, TraitForSegments>();
  const members = new FolderMembers(source);
  for (const folder of source.folders) {
    if (folder.traitSid === undefined) continue;
    const described = describeFolder(() => members.of(folder));
    bySid.set(asTraitId(folder.traitSid), described);
  }
  for (const trait of source.traits) {
    if (trait.sid !== undefined) bySid.set(asTraitId(trait.sid), describeTrait(trait, source));
  }
  return (sid) => bySid.get(sid) ?? null;
}

/** The lookup of traits that were compiled, with the members of those folder traits for which it is asked. */
export function lookupOfFacts(
  facts: ReadonlyMap<TraitId, TraitFacts>,
  members: ReadonlyMap<TraitId, readonly TraitId[]>,
  source: Pick<LookupSource, "isThirdParty">,
): TraitLookup {
  return (sid) => {
    const trait = facts.get(sid);
    if (trait === undefined) return null;
    const { traitType, dataSourceId, ttlDays } = trait;
    if (traitType !== "FOLDER_TRAIT") {
      return describeTrait({ traitType, dataSourceId, ttl: ttlDays }, source);
    }
    return describeFolder(() => members.get(sid) ?? NO_MEMBERS);
  };
}

function describeFolder(gatherMembers: () => readonly TraitId[]): TraitForSegments {
  return {
    kind: "folder",
    allowsFrequency: true,
    thirdParty: false,
    ttlDays: 0,
    // Most folder traits are named by no rule: members are gathered when somebody asks.
    get members() {
      return gatherMembers();
    },
  };
}

function describeTrait(
  trait: Partly<Pick<TraitDefinition, "traitType" | "dataSourceId" | "ttl">>,
  source: Pick<LookupSource, "isThirdParty">,
): TraitForSegments {
  const traitType = trait.traitType ?? "RULE_BASED_TRAIT";
  const kind = KINDS[traitType];
  return {
    kind,
    allowsFrequency: traitType === "RULE_BASED_TRAIT",
    thirdParty: trait.dataSourceId !== undefined && source.isThirdParty(trait.dataSourceId),
    // A computed trait ends with what it is held for: the device or the link.
    ttlDays: kind === "computed" ? DEVICE_LIFE_DAYS : (trait.ttl ?? 0),
    members: NO_MEMBERS,
  };
}

/** The traits in a folder and all folders below it, folder traits left out. */
class FolderMembers {
  readonly #traitsByFolder: ReadonlyMap<number | undefined, readonly Partly<TraitDefinition>[]>;
  readonly #foldersByParent: ReadonlyMap<number | undefined, readonly Partly<FolderDefinition>[]>;
  readonly #known = new Map<number, readonly TraitId[]>();

  constructor({ traits, folders }: LookupSource) {
    this.#traitsByFolder = Map.groupBy(traits, (trait) => trait.folderId);
    this.#foldersByParent = Map.groupBy(folders, (folder) => folder.parentFolderId);
  }

  of(folder: Partly<FolderDefinition>): readonly TraitId[] {
    if (folder.folderId === undefined) return NO_MEMBERS;
    let members = this.#known.get(folder.folderId);
    if (members === undefined) {
      const sids = new Set<TraitId>();
      this.#gather(folder.folderId, CATALOG_LIMITS.folderDepth, sids);
      members = [...sids].sort((a, b) => a - b);
      this.#known.set(folder.folderId, members);
    }
    return members;
  }

  /** Goes no deeper than folders may lie: in a draft they may still lie in a circle. */
  #gather(folderId: number, levels: number, sids: Set<TraitId>): void {
    for (const { sid } of this.#traitsByFolder.get(folderId) ?? []) {
      if (sid !== undefined) sids.add(asTraitId(sid));
    }
    if (levels === 1) return;
    for (const below of this.#foldersByParent.get(folderId) ?? []) {
      if (below.folderId !== undefined) this.#gather(below.folderId, levels - 1, sids);
    }
  }
}
