// Which traits look different to segment rules, because of what changed of other traits.

import type { FolderDefinition, TraitDefinition } from "@dunlin/contract/workspace";
import type { Change } from "./workspace-step.ts";

/** The traits of a folder and of the folders around it. */
export type FoldersAround = (folderId: number) => readonly number[];

/** `folders` are a tree. */
export function foldersAround(folders: readonly FolderDefinition[]): FoldersAround {
  const byId = new Map(folders.map((folder) => [folder.folderId, folder]));
  return (folderId) => {
    const sids: number[] = [];
    for (let at = byId.get(folderId); at !== undefined; at = byId.get(at.parentFolderId)) {
      sids.push(at.traitSid);
    }
    return sids;
  };
}

/**
 * Traits, those of folders among them, that are no longer what they were for the segments that name them. One
 * that is new or gone is named only by segments that changed with it.
 */
export function traitsWithOtherFacts(
  changes: readonly Change<TraitDefinition>[],
  folders: FoldersAround,
): ReadonlySet<number> {
  const sids = new Set<number>();
  for (const { before, now } of changes) {
    if (before !== null && now !== null && areSameForSegments(before, now)) continue;
    for (const trait of [before, now]) {
      if (trait === null) continue;
      if (before !== null && now !== null) sids.add(trait.sid);
      for (const sid of folders(trait.folderId)) sids.add(sid);
    }
  }
  return sids;
}

function areSameForSegments(one: TraitDefinition, other: TraitDefinition): boolean {
  return (
    one.pid === other.pid &&
    one.traitType === other.traitType &&
    one.ttl === other.ttl &&
    one.dataSourceId === other.dataSourceId &&
    one.folderId === other.folderId
  );
}
