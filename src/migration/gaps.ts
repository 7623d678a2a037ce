// What a workspace needs and no file holds: folder traits, data sources that somebody refers to, merge rules.
// Each gets the plainest stand-in, and a note.

import { BUILT_IN_DATA_SOURCES } from "../catalog/built-in-data-sources.ts";
import type { Candidate, DraftList } from "./draft.ts";
import { type Import, isFolderTrait } from "./objects.ts";
import { numberOf, valueAt } from "./values.ts";

export function fillGaps(work: Import): void {
  fillFolderTraits(work);
  fillDataSources(work);
  fillMergeRules(work);
}

/** The trait of a folder is among the traits, in the folder or by its name; or it is made. */
function fillFolderTraits({ gathered, draft, notes, pid }: Import): void {
  const folderTraits = (gathered.get("traits") ?? []).filter(isFolderTrait).map((object) => ({
    sid: numberOf(valueAt(object.fields, "sid")),
    folderId: numberOf(valueAt(object.fields, "folderId")),
    name: valueAt(object.fields, "name"),
    origin: object.origin,
  }));
  const byFolder = Map.groupBy(folderTraits, ({ folderId }) => folderId);
  const byName = Map.groupBy(folderTraits, ({ name }) => name);
  const free = freeSids(new Set([...takenSids(draft), ...folderTraits.map(({ sid }) => sid)]));
  const used = new Set<unknown>();
  for (const { document, origin } of draft.list("folders")) {
    if (document["traitSid"] === undefined && origin !== null) {
      const found = only(byFolder.get(document["folderId"])) ?? only(byName.get(document["name"]));
      document["traitSid"] = found ?? free();
      const reason = "No file holds its folder trait; it gets a free sid.";
      if (found === undefined) notes.addRepeated("assumed", origin, reason);
    }
    if (document["pid"] === pid) used.add(document["traitSid"]);
  }
  for (const { sid, origin } of folderTraits) {
    if (used.has(sid)) notes.addRepeated("ignored", origin, "It stands with its folder.");
    else notes.add("lost", origin, "Left out: no file holds its folder.");
  }
}

/** Gives sids that nothing has, one after the other. */
function freeSids(taken: ReadonlySet<unknown>): () => number {
  let last = 0;
  return () => {
    do last++;
    while (taken.has(last));
    return last;
  };
}

function takenSids(draft: Import["draft"]): unknown[] {
  return [
    ...draft.list("traits").map(({ document }) => document["sid"]),
    ...draft.list("segments").map(({ document }) => document["sid"]),
    ...draft.list("folders").map(({ document }) => document["traitSid"]),
  ];
}

function only(found: readonly { readonly sid: unknown }[] | undefined): unknown {
  return found?.length === 1 ? found[0]?.sid : undefined;
}

/** IDs that objects of the lists refer to and that nothing has, each with who refers to it first. */
function missing(
  { draft }: Import,
  { users, key, known }: { users: readonly DraftList[]; key: string; known: ReadonlySet<unknown> },
): ReadonlyMap<number, Candidate> {
  const found = new Map<number, Candidate>();
  for (const candidate of users.flatMap((list) => draft.list(list))) {
    const id = candidate.document[key];
    const isId = typeof id === "number" && Number.isSafeInteger(id) && id > 0;
    if (isId && !known.has(id) && !found.has(id)) found.set(id, candidate);
  }
  return found;
}

function fillDataSources(work: Import): void {
  const { draft, notes, pid } = work;
  const known = new Set<unknown>([
    ...draft.list("dataSources").map(({ document }) => document["dataSourceId"]),
    ...BUILT_IN_DATA_SOURCES.map((source) => source.dataSourceId),
  ]);
  const users = ["traits", "segments", "idSyncs"] as const;
  for (const [dataSourceId, user] of missing(work, { users, key: "dataSourceId", known })) {
    const origin = { file: user.origin?.file ?? "", object: `data source ${dataSourceId}` };
    const name = `Data source ${dataSourceId}`;
    draft.add("dataSources", { document: { dataSourceId, pid, name, idType: "COOKIE" }, origin });
    const who = user.origin?.object ?? "an object";
    notes.add("lost", origin, `No file holds it, and ${who} needs it; taken for one of cookies.`);
  }
}

function fillMergeRules(work: Import): void {
  const { draft, notes, pid } = work;
  const rules = draft.list("mergeRules").map(({ document }) => document["mergeRuleId"]);
  const users = ["segments"] as const;
  const found = missing(work, { users, key: "mergeRuleId", known: new Set<unknown>(rules) });
  for (const [mergeRuleId, user] of found) {
    const origin = { file: user.origin?.file ?? "", object: `merge rule ${mergeRuleId}` };
    const document = {
      ...{ mergeRuleId, pid, name: `Merge rule ${mergeRuleId}` },
      ...{ crossDevice: "NONE", device: "DEVICE" },
    };
    draft.add("mergeRules", { document, origin });
    const reason =
      "The API does not say what it merges; taken for the device's own profile (NONE, DEVICE). " +
      "Write a file merge-rules.json and import again, or change it in the workspace.";
    notes.add("lost", origin, reason);
  }
  noteDefaultRule(work);
}

/** It counts for segments that name no rule. */
function noteDefaultRule({ draft, notes }: Import): void {
  const rules = draft.list("mergeRules");
  if (rules.length === 0 || rules.some(({ document }) => document["default"] === true)) return;
  const ids = rules.map(({ document }) => Number(document["mergeRuleId"]));
  const first = rules[ids.indexOf(Math.min(...ids))] ?? rules[0];
  const reason = "It is the default rule, for its ID is the smallest and none says that it is.";
  if (first?.origin) notes.add("assumed", first.origin, reason);
}
