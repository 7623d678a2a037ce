// What applying a workspace changes, object by object and key by key: for people to read before they do it.

import type { Workspace } from "@dunlin/contract/workspace";
import { changedObjects, meanTheSame } from "./describe-changes.ts";
import { LIST_IDS, type ListName } from "./document-keys.ts";

export interface ChangedObject {
  readonly list: ListName | "settings";
  /** Null for the settings. */
  readonly id: number | null;
  readonly pid: number | null;
  readonly name: string | null;
  readonly change: "created" | "updated" | "deleted";
  /** Of an object that was updated those that differ, else all that it has; in the order of the document. */
  readonly fields: readonly ChangedField[];
}

export interface ChangedField {
  readonly key: string;
  /** Left out where there was none. */
  readonly before?: unknown;
  /** Left out where there is none any more. */
  readonly after?: unknown;
}

export interface WorkspaceDiff {
  /** The settings first, then list by list. */
  readonly objects: readonly ChangedObject[];
  /** How many more there are than are shown. */
  readonly leftOut: number;
}

/** Shows at most so many objects. Before the first publication there is nothing: null. */
export function diffWorkspaces(
  before: Workspace | null,
  after: Workspace,
  mostShown: number,
): WorkspaceDiff {
  const objects: ChangedObject[] = [];
  const settings = changedFields(before?.settings ?? {}, after.settings);
  if (settings.length > 0) {
    const what = { list: "settings", id: null, pid: null, name: null } as const;
    objects.push({ ...what, change: "updated", fields: settings });
  }
  const changed = changedObjects(before, after);
  const shown = changed.slice(0, mostShown);
  const finders = new Map<string, Finders>();
  for (const { list, id, kind } of shown) {
    // The lists of a document are the ones that are compared.
    const name = list as ListName;
    const find = finders.get(name) ?? findersOf(name, before, after);
    finders.set(name, find);
    objects.push(describeObject(name, id, kind, find));
  }
  return { objects, leftOut: changed.length - shown.length };
}

interface Finders {
  readonly before: ReadonlyMap<number, object>;
  readonly after: ReadonlyMap<number, object>;
}

function findersOf(list: ListName, before: Workspace | null, after: Workspace): Finders {
  return { before: byId(list, before?.[list] ?? []), after: byId(list, after[list]) };
}

function byId(list: ListName, items: readonly object[]): ReadonlyMap<number, object> {
  return new Map(items.map((item) => [Number(Reflect.get(item, LIST_IDS[list])), item]));
}

function describeObject(
  list: ListName,
  id: number,
  change: ChangedObject["change"],
  find: Finders,
): ChangedObject {
  const old = find.before.get(id) ?? {};
  const item = find.after.get(id) ?? {};
  const shown: { readonly pid?: unknown; readonly name?: unknown } =
    change === "deleted" ? old : item;
  return {
    ...{ list, id, change },
    pid: typeof shown.pid === "number" ? shown.pid : null,
    name: typeof shown.name === "string" ? shown.name : null,
    fields: changedFields(old, item),
  };
}

function changedFields(old: object, item: object): ChangedField[] {
  const keys = new Set([...Object.keys(item), ...Object.keys(old)]);
  return [...keys].flatMap((key) => {
    const isOld = Object.hasOwn(old, key);
    const isNew = Object.hasOwn(item, key);
    const before: unknown = Reflect.get(old, key);
    const after: unknown = Reflect.get(item, key);
    if (isOld && isNew && meanTheSame(before, after)) return [];
    return [{ key, ...(isOld && { before }), ...(isNew && { after }) }];
  });
}
