// The objects of an export become candidates of a draft, each in the list of its kind.

import { BUILT_IN_DATA_SOURCES } from "../catalog/built-in-data-sources.ts";
import { LIST_IDS } from "../catalog/document-keys.ts";
import { type CarryTable, carry } from "./carry.ts";
import { DRAFT_LISTS, type Draft, type DraftList } from "./draft.ts";
import type { ApiObject, Gathered } from "./gather.ts";
import { carryDataSource } from "./kinds/data-sources.ts";
import { carryDestination } from "./kinds/destinations.ts";
import { carryFolder, flattenFolders } from "./kinds/folders.ts";
import { SEGMENT_TABLE, TRAIT_TABLE } from "./kinds/rules.ts";
import {
  DERIVED_SIGNAL_TABLE,
  ID_SYNC_TABLE,
  MERGE_RULE_TABLE,
  PARTNER_SITE_TABLE,
} from "./kinds/small.ts";
import type { ImportNotes } from "./notes.ts";
import { numberOf, valueAt } from "./values.ts";

const BUILT_IN = new Set<unknown>(BUILT_IN_DATA_SOURCES.map((source) => source.dataSourceId));
/** Without `includeDetails` the API leaves rules out. */
const RULED_TYPES = new Set<unknown>(["RULE_BASED_TRAIT", "ON_BOARDED_TRAIT", undefined]);

export interface Import {
  readonly gathered: Gathered;
  readonly draft: Draft;
  readonly pid: number;
  readonly notes: ImportNotes;
  /** Documents by list and ID, to tell what is there twice. */
  readonly seen: Map<string, Readonly<Record<string, unknown>>>;
}

export function addObjects(work: Import): void {
  addDataSources(work);
  addFolders(work);
  addTraits(work);
  addByTable(work, "mergeRules", MERGE_RULE_TABLE);
  addByTable(work, "segments", SEGMENT_TABLE);
  addByTable(work, "partnerSites", PARTNER_SITE_TABLE);
  addDestinations(work);
  addByTable(work, "idSyncs", ID_SYNC_TABLE);
  addByTable(work, "derivedSignals", DERIVED_SIGNAL_TABLE);
  for (const { origin } of work.gathered.get("foreign") ?? []) {
    const reason = "Users, groups, rights, models and reports have no place in a workspace.";
    work.notes.addRepeated("lost", origin, reason);
  }
  dropReplaced(work);
}

/** Objects of the partner; those of others are noted. */
function ownObjects({ pid, notes }: Import, objects: readonly ApiObject[]): readonly ApiObject[] {
  return objects.filter(({ fields, origin }) => {
    const owner = numberOf(valueAt(fields, "pid"));
    if (owner === undefined || owner === pid) return true;
    const whose = typeof owner === "number" ? `partner ${owner}` : "another partner";
    notes.addRepeated("lost", origin, `Left out: it belongs to ${whose}.`);
    return false;
  });
}

function add(
  { draft, pid, notes, seen }: Import,
  list: DraftList,
  { origin }: ApiObject,
  carried: Record<string, unknown>,
): void {
  const document: Record<string, unknown> = { pid, ...carried };
  const id = document[LIST_IDS[list]];
  const key = typeof id === "number" ? `${list} ${id}` : null;
  const twin = key === null ? undefined : seen.get(key);
  if (twin !== undefined && isSame(twin, document)) {
    notes.addRepeated("ignored", origin, "It is there twice, word for word.");
    return;
  }
  draft.add(list, { document, origin });
  if (key !== null) seen.set(key, document);
}

/** Only for plain values, which is what objects hold that pages repeat. */
function isSame(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => Object.is(one[key], other[key]));
}

type TableList = "mergeRules" | "segments" | "partnerSites" | "idSyncs" | "derivedSignals";

function addByTable(work: Import, list: TableList, table: CarryTable): void {
  for (const object of ownObjects(work, work.gathered.get(list) ?? [])) {
    const { fields, origin } = object;
    add(work, list, object, carry(fields, table, { notes: work.notes, origin }));
  }
}

function addDataSources(work: Import): void {
  const { gathered, notes, pid } = work;
  for (const object of gathered.get("dataSources") ?? []) {
    const { fields, origin } = object;
    if (BUILT_IN.has(numberOf(valueAt(fields, "dataSourceId")))) {
      notes.addRepeated("ignored", origin, "It is built in.");
      continue;
    }
    const carried = carryDataSource(object, notes);
    const status = valueAt(fields, "status");
    if (typeof status === "string" && status.toUpperCase() !== "ACTIVE") {
      notes.add("lost", origin, "It was not active; a data source is always active here.");
    }
    const owner = Object.hasOwn(fields, "pid") ? numberOf(valueAt(fields, "pid")) : pid;
    if (owner === pid) add(work, "dataSources", object, carried);
    else {
      notes.addRepeated("assumed", origin, "It belongs to somebody else: shared, and third party.");
      add(work, "dataSources", object, { thirdParty: true, ...carried, pid: null });
    }
  }
}

function addFolders(work: Import): void {
  const { gathered, notes } = work;
  for (const [kind, list] of [
    ["traitFolders", "folders"],
    ["segmentFolders", "segmentFolders"],
  ] as const) {
    for (const folder of ownObjects(work, flattenFolders(gathered.get(kind) ?? [], notes))) {
      add(work, list, folder, carryFolder(folder, kind, notes));
    }
  }
}

/** Folder traits stand with their folders in a workspace. */
export function isFolderTrait({ fields }: ApiObject): boolean {
  return valueAt(fields, "traitType") === "FOLDER_TRAIT";
}

function addTraits(work: Import): void {
  const { notes } = work;
  for (const object of ownObjects(work, work.gathered.get("traits") ?? [])) {
    if (isFolderTrait(object)) continue;
    const { fields, origin } = object;
    const hasRule = Object.hasOwn(fields, "traitRule");
    if (!hasRule && RULED_TYPES.has(valueAt(fields, "traitType"))) {
      const reason = "Left out: no file holds its rule. Save traits with ?includeDetails=true.";
      notes.add("lost", origin, reason);
      continue;
    }
    add(work, "traits", object, carry(fields, TRAIT_TABLE, { notes, origin }));
  }
}

function addDestinations(work: Import): void {
  const { gathered, notes, draft } = work;
  const apart = Map.groupBy(gathered.get("mappings") ?? [], ({ fields }) =>
    numberOf(valueAt(fields, "destinationId") ?? valueAt(fields, "orderId")),
  );
  for (const object of fullest(ownObjects(work, gathered.get("destinations") ?? []), notes)) {
    const id = numberOf(valueAt(object.fields, "destinationId"));
    const carried = carryDestination(object, apart.get(id) ?? [], notes);
    apart.delete(id);
    const document = { pid: work.pid, ...carried.document };
    const mappings = carried.mappings.map(({ origin }) => origin);
    draft.add("destinations", { document, origin: object.origin, mappings });
  }
  for (const { origin } of [...apart.values()].flat()) {
    notes.add("lost", origin, "Left out: no file holds its destination.");
  }
}

/** Lists of destinations hold them in short; where a file holds one whole, the short one adds nothing. */
function fullest(objects: readonly ApiObject[], notes: ImportNotes): readonly ApiObject[] {
  const isWhole = ({ fields }: ApiObject) => Array.isArray(valueAt(fields, "mappings"));
  const idOf = ({ fields }: ApiObject) => numberOf(valueAt(fields, "destinationId"));
  const whole = new Set(objects.filter(isWhole).map(idOf));
  return objects.filter((object) => {
    if (isWhole(object) || !whole.has(idOf(object))) return true;
    notes.addRepeated("ignored", object.origin, "Another file holds it whole.");
    return false;
  });
}

/** What is imported takes the place of what had its ID. */
function dropReplaced({ draft, notes }: Import): void {
  for (const list of DRAFT_LISTS) {
    if (list === "partners") continue;
    const idKey = LIST_IDS[list];
    const imported = new Map(
      draft.list(list).flatMap(({ document, origin }) => {
        return origin === null ? [] : [[document[idKey], origin] as const];
      }),
    );
    draft.replace(list, ({ document, origin }) => {
      const replacing = origin === null ? imported.get(document[idKey]) : undefined;
      if (replacing === undefined) return true;
      notes.addRepeated("assumed", replacing, "It takes the place of the one with its ID.");
      return false;
    });
  }
}
