// Which kind of object something is that the API answered: by its own keys, and where these do not tell, by
// the name of its file or of the key that it stands under.

import { type JsonObject, valueAt } from "./values.ts";

export type ApiKind =
  | "partners"
  | "dataSources"
  | "traitFolders"
  | "segmentFolders"
  | "traits"
  | "segments"
  | "destinations"
  | "mappings"
  | "derivedSignals"
  | "partnerSites"
  | "mergeRules"
  | "idSyncs"
  /** Users, groups, models and others that a workspace does not hold. */
  | "foreign";

/** Kinds that one key or a few show, the surest first. */
const BY_KEYS: readonly (readonly [ApiKind, readonly string[]])[] = [
  ["destinations", ["destinationType"]],
  ["traits", ["traitType", "dataSourceId"]],
  ["traits", ["traitRule"]],
  ["segments", ["segmentRule"]],
  ["derivedSignals", ["sourceKey", "targetKey"]],
  ["partnerSites", ["siteId", "url"]],
  ["mergeRules", ["mergeRuleId", "crossDevice"]],
  ["idSyncs", ["idSyncId"]],
  ["partners", ["alias", "orgId"]],
  ["foreign", ["algoTypeId"]],
  ["foreign", ["username"]],
  ["foreign", ["groupId"]],
  ["foreign", ["userId"]],
  ["mappings", ["sid", "mappingId"]],
  ["mappings", ["sid", "destinationMappingId"]],
  ["mappings", ["sid", "traitToDataOrderId"]],
  ["dataSources", ["dataSourceId", "idType"]],
];

/** By the letters of a name, the more special first. */
const BY_NAME: readonly (readonly [ApiKind, RegExp])[] = [
  ["segmentFolders", /segments?folder|foldersegment|folderssegment/],
  ["traitFolders", /folder/],
  ["partnerSites", /partnersite|^sites?$/],
  ["derivedSignals", /derived/],
  ["mappings", /mapping/],
  ["destinations", /destination/],
  ["dataSources", /datasource/],
  ["mergeRules", /mergerule/],
  ["idSyncs", /idsync/],
  ["foreign", /user|group|permission|model|algorithm|taxonom|type|region|report|limit/],
  ["traits", /trait/],
  ["segments", /segment/],
  ["partners", /^partners?$/],
];

/** Null where nothing tells. `name`: of the file without its ending, or of the key. */
export function kindOf(object: JsonObject, name: string): ApiKind | null {
  const isFolder = has(object, "folderId") && has(object, "parentFolderId") && !has(object, "sid");
  if (isFolder) return folderKindOf(object, name);
  const shown = BY_KEYS.find(([, keys]) => keys.every((key) => has(object, key)));
  return shown?.[0] ?? kindByName(name);
}

export function kindByName(name: string): ApiKind | null {
  const letters = name.toLowerCase().replace(/[^a-z]/g, "");
  return BY_NAME.find(([, pattern]) => pattern.test(letters))?.[0] ?? null;
}

/** Folders of both kinds have the same keys. */
function folderKindOf(folder: JsonObject, name: string): ApiKind | null {
  if (has(folder, "traitSid")) return "traitFolders";
  const path = valueAt(folder, "path");
  if (typeof path === "string") {
    if (/^\/all segments/i.test(path)) return "segmentFolders";
    if (/^\/all traits/i.test(path)) return "traitFolders";
  }
  const named = kindByName(name);
  if (named === "segmentFolders" || named === "segments") return "segmentFolders";
  return named === "traitFolders" && /trait|^folders$/i.test(name) ? "traitFolders" : null;
}

function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key);
}
