// Folders are trees in the API and lists in a workspace; a folder of traits has a trait of its own there.

import { BOOKKEEPING, type CarryTable, carry, elsewhere, nowhere, to } from "../carry.ts";
import type { ApiObject } from "../gather.ts";
import type { ImportNotes } from "../notes.ts";
import { asIs, isJsonObject, labelOf, numberOf, valueAt } from "../values.ts";

/** Deeper than any tree that a workspace may hold: what lies below is noted, not followed. */
const MAX_DEPTH = 50;

const TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid", "subFolders"),
  ...nowhere("ignored", ["path", "folderCount"], "Follows from the tree."),
  folderId: to("folderId", numberOf),
  name: to("name", asIs),
  parentFolderId: to("parentFolderId", numberOf),
  traitSid: to("traitSid", numberOf),
};

/** Folders of a tree as a list, parents first; the root, which is none, is left out. */
export function flattenFolders(
  trees: readonly ApiObject[],
  notes: ImportNotes,
): readonly ApiObject[] {
  const flat: ApiObject[] = [];
  const waiting = trees.map((folder) => ({ folder, depth: 1 }));
  for (let at = 0; at < waiting.length; at++) {
    const { folder, depth } = waiting[at] ?? { folder: undefined, depth: 0 };
    if (folder === undefined) break;
    const { fields, origin } = folder;
    const id = numberOf(valueAt(fields, "folderId"));
    if (id !== 0) flat.push(folder);
    const below = valueAt(fields, "subFolders");
    if (!Array.isArray(below)) continue;
    if (depth >= MAX_DEPTH) {
      notes.add("lost", origin, "What lies below is nested too deeply.");
      continue;
    }
    for (const item of below) {
      if (!isJsonObject(item)) {
        notes.add("lost", origin, "A sub-folder is no object.");
        continue;
      }
      const object = labelOf("folder", valueAt(item, "folderId"), valueAt(item, "name"));
      // A tree may leave the parents out: it shows them.
      const child = { ...(id === undefined ? {} : { parentFolderId: id }), ...item };
      waiting.push({
        folder: { fields: child, origin: { file: origin.file, object } },
        depth: depth + 1,
      });
    }
  }
  return flat;
}

export function carryFolder(
  { fields, origin }: ApiObject,
  kind: "traitFolders" | "segmentFolders",
  notes: ImportNotes,
): Record<string, unknown> {
  const carried = carry(fields, TABLE, { notes, origin });
  if (carried["parentFolderId"] === null) delete carried["parentFolderId"];
  if (kind === "segmentFolders") delete carried["traitSid"];
  return carried;
}
