// What applying a workspace changes, in numbers.

import type { ChangeCounts, Workspace, WorkspaceChanges } from "@dunlin/contract/workspace";
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

/** Settings are always there: they can only be updated, the first time as well. */
function compareSettings(before: Workspace | null, after: Workspace): ChangeCounts {
  const isSame = before !== null && areSame(before.settings, after.settings);
  return { created: 0, updated: isSame ? 0 : 1, deleted: 0 };
}

function compareLists(name: ListName, before: Workspace | null, after: Workspace): ChangeCounts {
  const oldItems: readonly object[] = before?.[name] ?? [];
  const newItems: readonly object[] = after[name];
  // Most of a long list is the same, in the same place.
  const old = byId(name, oldItems, newItems);
  let created = 0;
  let updated = 0;
  for (const [id, item] of byId(name, newItems, oldItems)) {
    const oldItem = old.get(id);
    if (oldItem === undefined) created += 1;
    else if (!areSame(oldItem, item)) updated += 1;
    old.delete(id);
  }
  // What nobody asked for is gone.
  return { created, updated, deleted: old.size };
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

/** Equal for values that mean the same: the order of keys and of lists has no meaning. */
function spell(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (Array.isArray(part)) return part.map(spell).sort();
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
