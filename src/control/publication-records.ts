// What is written with a revision beside its document: who changed which object, and which IDs are never
// given again.

import type { ControlRecord, ControlStore } from "./control-store.ts";
import { readLastIds, recordsOfLastIds } from "./last-ids.ts";
import {
  type ChangeOrigin,
  type ObjectChange,
  readRecordsBefore,
  recordsOfChange,
} from "./object-records.ts";

export async function recordsOfPublication(
  store: Pick<ControlStore, "read" | "list">,
  changes: readonly ObjectChange[],
  origin: ChangeOrigin,
): Promise<readonly ControlRecord[]> {
  const [before, lastIds] = await Promise.all([
    readRecordsBefore(store, changes),
    readLastIds(store),
  ]);
  return [...recordsOfChange(changes, before, origin), ...recordsOfLastIds(changes, lastIds)];
}
