// What publishing one workspace over another changes, object by object. The order of lists means nothing.

import type { Workspace } from "@dunlin/contract/workspace";
import type { ChangeCount, WorkspaceChanges } from "./node-control.ts";

/** The lists of a workspace, and the key that holds an object's ID. */
const ID_KEYS = {
  partners: "pid",
  dataSources: "dataSourceId",
  folders: "folderId",
  segmentFolders: "folderId",
  traits: "sid",
  mergeRules: "mergeRuleId",
  segments: "sid",
  partnerSites: "siteId",
  destinations: "destinationId",
  idSyncs: "idSyncId",
  derivedSignals: "derivedSignalId",
} as const satisfies Record<Exclude<keyof Workspace, "settings">, string>;

export function compareWorkspaces(before: Workspace, after: Workspace): WorkspaceChanges {
  const changes: Record<string, ChangeCount> = {};
  if (textOf(before.settings) !== textOf(after.settings)) {
    changes["settings"] = { created: 0, updated: 1, deleted: 0 };
  }
  const lists = Object.entries(ID_KEYS) as [keyof typeof ID_KEYS, string][];
  for (const [list, idKey] of lists) {
    const count = compareLists(textsById(before[list], idKey), textsById(after[list], idKey));
    if (count.created + count.updated + count.deleted > 0) changes[list] = count;
  }
  return changes;
}

function compareLists(
  before: ReadonlyMap<unknown, string>,
  after: ReadonlyMap<unknown, string>,
): ChangeCount {
  let created = 0;
  let updated = 0;
  for (const [id, text] of after) {
    const former = before.get(id);
    if (former === undefined) created++;
    else if (former !== text) updated++;
  }
  return { created, updated, deleted: before.size - (after.size - created) };
}

function textsById(items: readonly object[], idKey: string): Map<unknown, string> {
  return new Map(
    // Every item of a list has the list's ID key, and its values are JSON (`ID_KEYS`).
    items.map((item) => [(item as Record<string, unknown>)[idKey], textOf(item)]),
  );
}

/** JSON with keys in one order, so that equal values have equal texts. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
