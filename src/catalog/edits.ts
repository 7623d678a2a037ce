// Changes of single objects of a document, for whoever does not write the whole of it.

import type { Workspace } from "@dunlin/contract/workspace";
import { LIST_IDS, type ListName } from "./document-keys.ts";
import { printWorkspace } from "./print-workspace.ts";

export type DefinitionEdit =
  /** An object as it stands in a document, unread; it takes the place of the one with this ID, or comes last. */
  | {
      readonly kind: "put";
      readonly list: ListName;
      readonly id: number;
      readonly item: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "remove"; readonly list: ListName; readonly id: number }
  | { readonly kind: "settings"; readonly settings: unknown };

/** A document as it was parsed. */
export type ParsedDocument = Readonly<Record<string, unknown>>;

/** The document that follows; what no edit names is shared with the one before. Of edits of one object the last counts. */
export function applyEdits(
  document: ParsedDocument,
  edits: readonly DefinitionEdit[],
): ParsedDocument {
  const next: Record<string, unknown> = { ...document };
  const byList = new Map<ListName, Map<number, unknown>>();
  for (const edit of edits) {
    if (edit.kind === "settings") {
      next["settings"] = edit.settings;
      continue;
    }
    const ofList = byList.get(edit.list) ?? new Map<number, unknown>();
    ofList.set(edit.id, edit.kind === "put" ? edit.item : undefined);
    byList.set(edit.list, ofList);
  }
  for (const [list, items] of byList) next[list] = editList(next[list], LIST_IDS[list], items);
  return next;
}

function editList(before: unknown, idKey: string, edits: Map<number, unknown>): unknown[] {
  const left = new Map(edits);
  const list: unknown[] = [];
  for (const item of Array.isArray(before) ? before : []) {
    const id: unknown = typeof item === "object" && item !== null ? Reflect.get(item, idKey) : null;
    if (typeof id !== "number" || !edits.has(id)) {
      list.push(item);
      continue;
    }
    const edited = left.get(id);
    left.delete(id);
    if (edited !== undefined) list.push(edited);
  }
  for (const item of left.values()) if (item !== undefined) list.push(item);
  return list;
}

/** What became of an edited object: as it is written, with every default; null where it is gone. */
export interface EditedObject {
  readonly list: ListName;
  readonly id: number;
  readonly item: object | null;
}

export function editedObjects(
  workspace: Workspace,
  edits: readonly DefinitionEdit[],
): readonly EditedObject[] {
  const wanted = new Map<ListName, Set<number>>();
  for (const edit of edits) {
    if (edit.kind === "settings") continue;
    wanted.set(edit.list, (wanted.get(edit.list) ?? new Set()).add(edit.id));
  }
  const document = printWorkspace(workspace);
  return [...wanted].flatMap(([list, ids]) => {
    const found = new Map<number, object>();
    // Printed lists hold what the workspace's hold.
    for (const item of document[list] as readonly object[]) {
      const id: unknown = Reflect.get(item, LIST_IDS[list]);
      if (typeof id === "number" && ids.has(id)) found.set(id, item);
    }
    return [...ids].map((id) => ({ list, id, item: found.get(id) ?? null }));
  });
}
