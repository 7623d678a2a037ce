// The greatest IDs that were ever given away and are free again: an ID is given once, so that what is stored
// under it for a trait that is gone never becomes another one's.
//
//   last-id   "sid" -> 9001

import type { ControlRecord, ControlStore } from "./control-store.ts";
import type { ObjectChange } from "./object-records.ts";

const LAST_ID_KIND = "last-id";

/** By space of IDs. */
export type LastIds = ReadonlyMap<string, number>;

export async function readLastIds(store: Pick<ControlStore, "list">): Promise<LastIds> {
  const records = await store.list(LAST_ID_KIND);
  // Only numbers are written under this kind.
  return new Map(records.map(({ id, value }) => [id, value as number]));
}

/** Traits, folder traits and segments share one space; every other list has its own. */
export function spaceOf(list: string): string {
  return list === "traits" || list === "segments" ? "sid" : list;
}

/** Mappings are no list: they stand in their destinations. */
export const MAPPING_SPACE = "mappings";

/** What is to be written with a change: whoever goes leaves its ID behind. */
export function recordsOfLastIds(
  changes: readonly ObjectChange[],
  before: LastIds,
): readonly ControlRecord[] {
  const marks = new Map<string, number>();
  const mark = (space: string, id: number) => {
    marks.set(space, Math.max(marks.get(space) ?? before.get(space) ?? 0, id));
  };
  for (const { list, id, kind, lostMappings = [] } of changes) {
    if (kind === "deleted") mark(spaceOf(list), id);
    for (const mappingId of lostMappings) mark(MAPPING_SPACE, mappingId);
  }
  return [...marks].flatMap(([id, value]) =>
    value === before.get(id) ? [] : [{ kind: LAST_ID_KIND, id, value }],
  );
}
