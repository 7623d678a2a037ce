// Folders of traits and of segments: a tree for each partner, whose root has the ID 0.

import type { FolderDefinition, SegmentFolderDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Draft, type Keys, objectOf, optional, required } from "./objects.ts";
import type { Reading } from "./reading.ts";
import { checkPartnerExists, PartnerCount, resolveReference } from "./references.ts";
import type { Register, Registers } from "./registers.ts";
import { nameText } from "./spellings.ts";
import { id, idOrZero } from "./values.ts";

const SEGMENT_FOLDER_KEYS: Keys<SegmentFolderDefinition> = {
  folderId: required(id),
  pid: required(id),
  name: required(nameText),
  parentFolderId: optional(idOrZero, 0),
};

const FOLDER_KEYS: Keys<FolderDefinition> = { ...SEGMENT_FOLDER_KEYS, traitSid: required(id) };

export const readFolder = objectOf(FOLDER_KEYS);
export const readSegmentFolder = objectOf(SEGMENT_FOLDER_KEYS);

type FolderDraft = Draft<SegmentFolderDefinition>;

export function checkFolders(drafts: Drafts, registers: Registers, reading: Reading): void {
  for (const list of ["folders", "segmentFolders"] as const) {
    const register: Register<FolderDraft> = registers[list];
    const counts = new PartnerCount(`${list}`, CATALOG_LIMITS.foldersPerPartner);
    const depths = new Depths(register);
    for (const [index, folder] of drafts[list].entries()) {
      if (folder === undefined) continue;
      const { pid, parentFolderId } = folder;
      counts.add(pid, [list, index], reading);
      checkPartnerExists(registers.partners, { place: [list, index, "pid"], pid }, reading);
      const place = [list, index, "parentFolderId"];
      if (parentFolderId === undefined || parentFolderId === 0) continue;
      resolveReference(register, { place, id: parentFolderId, pid }, reading);
      checkDepth(depths.of(folder), place, reading);
    }
  }
}

function checkDepth(depth: number, place: readonly (string | number)[], reading: Reading): void {
  if (depth === Depths.ENDLESS) {
    reading.faultAt(
      place,
      "E_VALUE",
      "The folder is, or lies in, a folder that is inside itself; expected a tree.",
    );
  } else if (depth > CATALOG_LIMITS.folderDepth) {
    const limit = CATALOG_LIMITS.folderDepth;
    reading.faultAt(place, "E_LIMIT", `The folder is at level ${depth}; ${limit} are allowed.`);
  }
}

/** Levels of folders below the root. Each folder is looked at once, however long the chains are. */
class Depths {
  static readonly ENDLESS = Number.POSITIVE_INFINITY;
  readonly #register: Register<FolderDraft>;
  readonly #known = new Map<FolderDraft, number>();

  constructor(register: Register<FolderDraft>) {
    this.#register = register;
  }

  of(folder: FolderDraft): number {
    const chain: FolderDraft[] = [];
    const onChain = new Set<FolderDraft>();
    let depth = 0;
    for (let at: FolderDraft | undefined = folder; at !== undefined; at = this.#parentOf(at)) {
      const known = this.#known.get(at);
      if (known !== undefined || onChain.has(at)) {
        depth = known ?? Depths.ENDLESS;
        break;
      }
      chain.push(at);
      onChain.add(at);
    }
    for (const item of chain.reverse()) this.#known.set(item, (depth += 1));
    return depth;
  }

  #parentOf({ parentFolderId }: FolderDraft): FolderDraft | undefined {
    return parentFolderId === undefined ? undefined : this.#register.get(parentFolderId);
  }
}
