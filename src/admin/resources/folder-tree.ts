// Folders as a tree: each folder with those that lie in it, the root included, which has the ID 0.

import { err, ok, type Result } from "../../model/result.ts";
import {
  childrenOf,
  type FolderList,
  ROOT_ID,
  ROOT_NAMES,
  SEGMENT_FOLDERS,
  TRAIT_FOLDERS,
} from "./kinds/folders.ts";
import { listPlain, type Page, type Query, QueryReading } from "./list-options.ts";
import { permissionsOn } from "./may.ts";
import { shownKeys, showObject } from "./object-keys.ts";
import { etagOf, findItem } from "./read-resources.ts";
import { type ApiObject, type Refusal, type ResourceContext, refusal } from "./resource-kind.ts";

type Folder = ReturnType<typeof childrenOf>[number];

/** `dataSourceId` leaves the folders in which something of this data source lies, and those on the way there. */
export function folderTree(
  list: FolderList,
  query: Query,
  context: ResourceContext,
): Result<readonly object[] | Page<object>, Refusal> {
  const reading = new QueryReading(query);
  const dataSourceId = reading.id("dataSourceId");
  // Folders belong to partners: there are none of third parties to leave out.
  reading.flag("includeThirdParty");
  const members = list === "folders" ? "traits" : "segments";
  const items: readonly { readonly folderId: number; readonly dataSourceId: number }[] =
    context.view.ofPartner(members, context.pid);
  const wanted =
    dataSourceId === null
      ? null
      : new Set(
          items.flatMap((each) => (each.dataSourceId === dataSourceId ? [each.folderId] : [])),
        );
  const root = showRoot(list, { context, wanted, isDeep: true });
  const listed = listPlain(query, {
    items: [root],
    keys: Object.keys(root),
    permissionsOn: () => folderPermissions(list, context),
  });
  const faults = [...reading.faults, ...(listed.ok ? [] : listed.error)];
  if (listed.ok && faults.length === 0) return listed;
  return err(refusal("bad-request", "The options are not as expected.", faults));
}

/** The same for every folder: they depend on nothing but the caller's role. */
function folderPermissions(list: FolderList, context: ResourceContext) {
  // No right is asked by what the folder holds.
  const any = { folderId: ROOT_ID, pid: context.pid, name: "", parentFolderId: ROOT_ID };
  return list === "folders"
    ? permissionsOn(TRAIT_FOLDERS, { ...any, traitSid: 0 }, context)
    : permissionsOn(SEGMENT_FOLDERS, any, context);
}

interface Showing {
  readonly context: ResourceContext;
  /** The folders that are to be shown with the way to them; null: all. */
  readonly wanted: ReadonlySet<number> | null;
  /** Whether the folders inside are shown too. */
  readonly isDeep: boolean;
}

export interface FoundFolder {
  readonly shown: ApiObject;
  /** Null for the root, which nobody changes. */
  readonly etag: string | null;
}

export function findFolder(
  list: FolderList,
  { given, query }: { readonly given: string; readonly query: Query },
  context: ResourceContext,
): Result<FoundFolder, Refusal> {
  const reading = new QueryReading(query);
  const showing = { context, wanted: null, isDeep: reading.flag("includeSubFolders") };
  const more = reading.flag("includePermissions")
    ? { permissions: folderPermissions(list, context) }
    : {};
  if (reading.faults.length > 0) {
    return err(refusal("bad-request", "The options are not as expected.", reading.faults));
  }
  if (Number(given) === ROOT_ID) {
    return ok({ shown: { ...showRoot(list, showing), ...more }, etag: null });
  }
  const found =
    list === "folders"
      ? findItem(TRAIT_FOLDERS, given, context)
      : findItem(SEGMENT_FOLDERS, given, context);
  if (!found.ok) return found;
  const folder: Folder = found.value;
  return ok({
    shown: { ...showFolder(list, folder, showing), ...more },
    etag: etagOf(list, folder, context),
  });
}

function showRoot(list: FolderList, showing: Showing): ApiObject {
  const { context, isDeep } = showing;
  const root = {
    folderId: ROOT_ID,
    parentFolderId: null,
    name: ROOT_NAMES[list],
    path: `/${ROOT_NAMES[list]}`,
    folderCount: childrenOf(list, ROOT_ID, context).length,
    pid: context.pid,
  };
  return isDeep ? { ...root, subFolders: showChildren(list, ROOT_ID, showing) } : root;
}

/** Null where neither the folder nor any in it is wanted. */
function showFolder(list: FolderList, folder: Folder, showing: Showing): ApiObject | null {
  const { context, wanted, isDeep } = showing;
  const plain = { isList: false, additions: new Set<string>() };
  const shown =
    "traitSid" in folder
      ? showObject(TRAIT_FOLDERS, folder, { context, names: shownKeys(TRAIT_FOLDERS, plain) })
      : showObject(SEGMENT_FOLDERS, folder, { context, names: shownKeys(SEGMENT_FOLDERS, plain) });
  if (!isDeep) return shown;
  const subFolders = showChildren(list, folder.folderId, showing);
  if (wanted !== null && !wanted.has(folder.folderId) && subFolders.length === 0) return null;
  return { ...shown, subFolders };
}

function showChildren(list: FolderList, folderId: number, showing: Showing): ApiObject[] {
  return childrenOf(list, folderId, showing.context).flatMap((folder): ApiObject[] => {
    const shown = showFolder(list, folder, showing);
    return shown === null ? [] : [shown];
  });
}
