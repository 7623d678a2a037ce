// What applying a workspace changes: in numbers, and object by object.

import type { ChangeCounts, Workspace, WorkspaceChanges } from "@dunlin/contract/workspace";
import type { ObjectChange } from "../control/object-records.ts";
import { DOCUMENT_KEYS, LIST_IDS, type ListName } from "./document-keys.ts";

/** Lists that stay as they are do not appear. Before the first publication there is nothing: null. */
export function describeChanges(before: Workspace | null, after: Workspace): WorkspaceChanges {
  const changes: { -readonly [Name in keyof WorkspaceChanges]: ChangeCounts } = {};
  for (const name of DOCUMENT_KEYS) {
    const counts =
      name === "settings" ? compareSettings(before, after) : compareLists(name, before, after);
    if (counts.created + counts.updated + counts.deleted > 0) changes[name] = counts;
  }
  return changes;
}

/**
 * Which objects came, changed and went, list by list; traits with their rules. The settings are no object. Takes
 * a comparison of references for each object that is the same in both.
 */
export function changedObjects(
  before: Workspace | null,
  after: Workspace,
): readonly ObjectChange[] {
  const changes: ObjectChange[] = [];
  for (const list of LISTS) {
    changesOfList(list, before, after, (id, old, item) => {
      const kind = old === null ? "created" : item === null ? "deleted" : "updated";
      const rules = list === "traits" && {
        traitRule: { before: ruleOf(old), after: ruleOf(item) },
      };
      const lost = list === "destinations" && lostMappings(old, item);
      changes.push({ list, id, kind, ...rules, ...lost });
    });
  }
  return changes;
}

const LISTS = DOCUMENT_KEYS.filter((name) => name !== "settings");

function ruleOf(trait: object | null): string | null {
  // Called for what the list of traits holds.
  return (trait as Workspace["traits"][number] | null)?.traitRule ?? null;
}

/** Null where every mapping is still there. */
function lostMappings(
  old: object | null,
  item: object | null,
): Pick<ObjectChange, "lostMappings"> | null {
  const left = new Set(mappingIdsOf(item));
  const lost = mappingIdsOf(old).filter((id) => !left.has(id));
  return lost.length === 0 ? null : { lostMappings: lost };
}

function mappingIdsOf(destination: object | null): readonly number[] {
  // Called for what the list of destinations holds.
  const mappings = (destination as Workspace["destinations"][number] | null)?.mappings ?? [];
  return mappings.map(({ mappingId }) => mappingId);
}

/** Settings are always there: they can only be updated, the first time as well. */
function compareSettings(before: Workspace | null, after: Workspace): ChangeCounts {
  const isSame = before !== null && areSame(before.settings, after.settings);
  return { created: 0, updated: isSame ? 0 : 1, deleted: 0 };
}

function compareLists(name: ListName, before: Workspace | null, after: Workspace): ChangeCounts {
  const counts = { created: 0, updated: 0, deleted: 0 };
  changesOfList(name, before, after, (_, old, item) => {
    counts[old === null ? "created" : item === null ? "deleted" : "updated"] += 1;
  });
  return counts;
}

/** Null stands for an object that is not there. */
type Visit = (id: number, old: object | null, item: object | null) => void;

function changesOfList(
  name: ListName,
  before: Workspace | null,
  after: Workspace,
  visit: Visit,
): void {
  const oldItems: readonly object[] = before?.[name] ?? [];
  const newItems: readonly object[] = after[name];
  // Most of a long list is the same, in the same place.
  const old = byId(name, oldItems, newItems);
  for (const [id, item] of byId(name, newItems, oldItems)) {
    const oldItem = old.get(id) ?? null;
    if (oldItem === null || !areSame(oldItem, item)) visit(id, oldItem, item);
    old.delete(id);
  }
  // What nobody asked for is gone.
  for (const [id, item] of old) visit(id, item, null);
}

/** Those items that are not the same as the ones in their places in the other list. */
function byId(
  name: ListName,
  items: readonly object[],
  others: readonly object[],
): Map<number, object> {
  const moved = items.filter((item, place) => item !== others[place]);
  const idKey = LIST_IDS[name];
  // The table names for each list the key that holds its ID.
  return new Map(moved.map((item) => [(item as Record<string, number>)[idKey] ?? 0, item]));
}

function areSame(a: object, b: object): boolean {
  // Most objects are the same or spelt alike: only others are worth putting in order.
  return a === b || JSON.stringify(a) === JSON.stringify(b) || spell(a) === spell(b);
}

/** Whether two values of a key say the same. */
export function meanTheSame(a: unknown, b: unknown): boolean {
  return spell(a) === spell(b);
}

/** Equal for values that mean the same: the order of keys and of lists has no meaning. */
function spell(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (Array.isArray(part)) return part.map(spell).sort();
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
