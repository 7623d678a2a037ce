// `/v1/folders/traits/` and `/v1/folders/segments/` ("Management API, reports and UI", Folders): two trees
// whose root is nobody's object.

import type { FolderDefinition, SegmentFolderDefinition } from "@dunlin/contract/workspace";
import { modelsNaming } from "../models/model-users.ts";
import type { ApiKeys, Dependent, ResourceContext, ResourceKind } from "../resource-kind.ts";
import { givenId, NAME, required } from "../shared-keys.ts";
import { takenName } from "../taken.ts";

export type FolderList = "folders" | "segmentFolders";
type Folder = FolderDefinition | SegmentFolderDefinition;

/** The name of the root, which begins every path. */
export const ROOT_NAMES = { folders: "All Traits", segmentFolders: "All Segments" } as const;

/** The object of the root: no document holds it. */
export const ROOT_ID = 0;

function keysOf(list: FolderList): ApiKeys<Folder> {
  return {
    folderId: givenId(),
    parentFolderId: {
      kind: "written",
      schema: {
        type: ["integer", "null"],
        minimum: 0,
        description: "0 = the root, whose parent is null.",
      },
      read: (value) => value ?? ROOT_ID,
      fallback: ROOT_ID,
    },
    name: required(NAME),
    path: {
      kind: "given",
      schema: { type: "string" },
      show: (folder, context) => pathOf(list, folder, context),
    },
    folderCount: {
      kind: "given",
      schema: { type: "integer", description: "How many folders lie in it." },
      show: ({ folderId }, context) => childrenOf(list, folderId, context).length,
    },
    pid: givenId(),
    ...(list === "folders" ? { traitSid: givenId() } : {}),
    // Bodies may hold what a reading of the tree gave.
    subFolders: {
      kind: "given",
      schema: { type: "array", items: { type: "object" } },
      shownWith: "includeSubFolders",
      show: ({ folderId }, context) => childrenOf(list, folderId, context),
    },
  };
}

export const TRAIT_FOLDERS: ResourceKind<"folders"> = {
  list: "folders",
  path: "folders/traits",
  noun: "folder",
  space: "folders",
  keys: keysOf("folders"),
  filters: {},
  additions: ["includeSubFolders"],
  rights: null,
  editors: true,
  dependents: (folder, context) => [
    ...foldersIn("folders", folder, context),
    ...context.view
      .ofPartner("traits", context.pid)
      .flatMap(({ sid, name, folderId }) =>
        folderId === folder.folderId ? [{ id: sid, name: `trait ${sid} (${name})` }] : [],
      ),
    ...context.view
      .segmentsWithTrait(folder.traitSid)
      .map(({ sid, name }) => ({ id: sid, name: `segment ${sid} (${name})` })),
    ...modelsNaming(folder.traitSid, context),
  ],
  check: (item, before, context) => takenSibling("folders", item, before, context),
  complete: (item, before, { newId }) => ({
    ...item,
    traitSid: before === null ? newId("sid") : before.traitSid,
  }),
};

export const SEGMENT_FOLDERS: ResourceKind<"segmentFolders"> = {
  list: "segmentFolders",
  path: "folders/segments",
  noun: "folder",
  space: "segmentFolders",
  keys: keysOf("segmentFolders"),
  filters: {},
  additions: ["includeSubFolders"],
  rights: null,
  editors: true,
  dependents: (folder, context) => [
    ...foldersIn("segmentFolders", folder, context),
    ...context.view
      .ofPartner("segments", context.pid)
      .flatMap(({ sid, name, folderId }) =>
        folderId === folder.folderId ? [{ id: sid, name: `segment ${sid} (${name})` }] : [],
      ),
  ],
  check: (item, before, context) => takenSibling("segmentFolders", item, before, context),
};

/** The folders that lie directly in one; those of the root have the parent 0. */
export function childrenOf(
  list: FolderList,
  folderId: number,
  { view, pid }: ResourceContext,
): readonly Folder[] {
  const folders: readonly Folder[] = view.ofPartner(list, pid);
  return folders.filter((each) => each.parentFolderId === folderId);
}

function pathOf(list: FolderList, folder: Folder, { view }: ResourceContext): string {
  const names: string[] = [];
  let at: Folder | undefined = folder;
  // A document's folders form a tree.
  while (at !== undefined) {
    names.unshift(at.name);
    at = view.find(list, at.parentFolderId);
  }
  return ["", ROOT_NAMES[list], ...names].join("/");
}

function foldersIn(list: FolderList, folder: Folder, context: ResourceContext): Dependent[] {
  return childrenOf(list, folder.folderId, context).map(({ folderId, name }) => ({
    id: folderId,
    name: `folder ${folderId} (${name})`,
  }));
}

function takenSibling(
  list: FolderList,
  item: Readonly<Record<string, unknown>>,
  before: Folder | null,
  context: ResourceContext,
) {
  const parent = item["parentFolderId"] ?? ROOT_ID;
  const isRival = (other: object) => Reflect.get(other, "parentFolderId") === parent;
  return takenName(list, { item, before, noun: "folder", isRival }, context);
}
