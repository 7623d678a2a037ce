// The objects that the files of an export hold, kind by kind, whichever way they were saved: bare lists,
// pages, single objects, or one object with a list for each resource.

import type { ImportNotes, Origin } from "./notes.ts";
import { type ApiKind, kindByName, kindOf } from "./recognise.ts";
import { isJsonObject, type JsonObject, labelOf, valueAt } from "./values.ts";

/** A file of an export, parsed. */
export interface ExportFile {
  readonly name: string;
  readonly value: unknown;
}

export interface ApiObject {
  readonly fields: JsonObject;
  readonly origin: Origin;
}

export type Gathered = ReadonlyMap<ApiKind, readonly ApiObject[]>;

/** Resources lie at most two levels down: an object with lists of pages. */
const MAX_LEVELS = 4;

const NOUNS: Readonly<Record<ApiKind, readonly [noun: string, idKey: string]>> = {
  partners: ["partner", "pid"],
  dataSources: ["data source", "dataSourceId"],
  traitFolders: ["folder", "folderId"],
  segmentFolders: ["segment folder", "folderId"],
  traits: ["trait", "sid"],
  segments: ["segment", "sid"],
  destinations: ["destination", "destinationId"],
  mappings: ["mapping", "mappingId"],
  derivedSignals: ["derived signal", "derivedSignalId"],
  partnerSites: ["site", "siteId"],
  mergeRules: ["merge rule", "mergeRuleId"],
  idSyncs: ["ID sync", "idSyncId"],
  foreign: ["object", "id"],
};

export function gatherObjects(files: readonly ExportFile[], notes: ImportNotes): Gathered {
  const gathering = new Gathering(notes);
  for (const { name, value } of files) {
    gathering.take(value, { file: name, name: tellingName(name), levels: MAX_LEVELS });
  }
  gathering.noteMissingPages();
  return gathering.byKind;
}

/** The name of the file; after that of its folder where this is part of the API's path, as in folders/traits. */
function tellingName(path: string): string {
  const [file = "", folder = ""] = path
    .replace(/\.[a-z]+$/i, "")
    .split("/")
    .reverse();
  return /^(folders?|destinations?|mappings?)$/i.test(folder) ? `${folder}/${file}` : file;
}

interface Where {
  readonly file: string;
  /** What tells of kinds: the name of the file, or of the key inside it. */
  readonly name: string;
  readonly levels: number;
}

class Gathering {
  readonly byKind = new Map<ApiKind, ApiObject[]>();
  readonly #notes: ImportNotes;
  /** What pages say of how many objects there are, and how many they hold. */
  readonly #pages = new Map<ApiKind, { total: number; found: number; file: string }>();

  constructor(notes: ImportNotes) {
    this.#notes = notes;
  }

  take(value: unknown, where: Where): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#takeItem(item, where);
    } else if (isJsonObject(value)) this.#takeObject(value, where);
    else this.#strange(where, "Expected a list of objects, or an object.");
  }

  #takeObject(object: JsonObject, where: Where): void {
    const list = valueAt(object, "list");
    if (Array.isArray(list) && valueAt(object, "total") !== undefined) {
      this.#countPage(object, list, where);
      for (const item of list) this.#takeItem(item, where);
      return;
    }
    const entries = Object.entries(object);
    const isCollection =
      !Object.hasOwn(object, "pid") &&
      entries.some(([key, value]) => kindByName(key) !== null && isCollectionOf(value));
    if (!isCollection || kindOf(object, "") !== null) {
      this.#takeItem(object, where);
      return;
    }
    for (const [key, value] of entries) {
      if (where.levels > 0) this.take(value, { ...where, name: key, levels: where.levels - 1 });
    }
  }

  #takeItem(item: unknown, where: Where): void {
    if (!isJsonObject(item)) {
      this.#strange(where, "Expected objects in the list; found something else.");
      return;
    }
    const kind = kindOf(item, where.name);
    if (kind === null) {
      this.#strange(where, "Nothing tells what kind of object this is.");
      return;
    }
    const [noun, idKey] = NOUNS[kind];
    const object = labelOf(noun, valueAt(item, idKey), valueAt(item, "name"));
    const objects = this.byKind.get(kind) ?? [];
    this.byKind.set(kind, objects);
    objects.push({ fields: item, origin: { file: where.file, object } });
  }

  #countPage(page: JsonObject, list: readonly unknown[], { file, name }: Where): void {
    const total = valueAt(page, "total");
    const first: unknown = list[0];
    const kind = isJsonObject(first) ? kindOf(first, name) : kindByName(name);
    if (typeof total !== "number" || kind === null) return;
    const known = this.#pages.get(kind) ?? { total: 0, found: 0, file };
    const found = known.found + list.length;
    this.#pages.set(kind, { ...known, found, total: Math.max(known.total, total) });
  }

  noteMissingPages(): void {
    for (const [kind, { total, found, file }] of this.#pages) {
      if (found >= total) continue;
      const reason = `The pages say that there are ${total} ${NOUNS[kind][0]}s; they hold ${found}.`;
      this.#notes.add("lost", { file, object: "" }, reason);
    }
  }

  #strange({ file, name }: Where, reason: string): void {
    const object = file.includes(name) ? "" : name.slice(0, 60);
    this.#notes.addRepeated("lost", { file, object }, reason);
  }
}

function isCollectionOf(value: unknown): boolean {
  return Array.isArray(value) || (isJsonObject(value) && Array.isArray(valueAt(value, "list")));
}
