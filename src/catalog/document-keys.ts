import type { Workspace } from "@dunlin/contract/workspace";

export type ListName = Exclude<keyof Workspace, "settings">;

/** The lists of a document and the key that holds the ID of each, in the order in which they are printed. */
export const LIST_IDS = {
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
} as const satisfies { readonly [Name in ListName]: keyof Workspace[Name][number] };

/** The keys of a document, in the order in which it is printed. */
export const DOCUMENT_KEYS: readonly (keyof Workspace)[] = [
  "settings",
  // The table above has a row for each list and nothing else.
  ...(Object.keys(LIST_IDS) as ListName[]),
];
