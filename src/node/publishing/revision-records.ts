// What is written with a revision beside its document: who changed which object, which IDs are never given
// again, and the entries of the audit log.

import { auditRecord } from "../../access/audit.ts";
import type { ControlRecord, ControlStore } from "../../control/control-store.ts";
import { readLastIds, recordsOfLastIds } from "../../control/last-ids.ts";
import { recordsOfLostModels } from "../../control/model-runs.ts";
import {
  isOfWorkspace,
  MODEL_LIST,
  type ObjectRecords,
  objectId,
  readRecordsBefore,
  recordsOfChange,
} from "../../control/object-records.ts";
import type { RecordedChanges, RecordedOrigin } from "./publisher.ts";

export async function recordsOfRevision(
  store: Pick<ControlStore, "read" | "list">,
  changes: RecordedChanges,
  origin: RecordedOrigin,
): Promise<readonly ControlRecord[]> {
  const { changed } = changes;
  const { at, by, caller } = origin;
  const [before, lastIds] = await Promise.all([
    readRecordsBefore(store, changed),
    readLastIds(store),
  ]);
  const whose = { now: at, userId: caller?.userId ?? 0, userName: caller?.name ?? by ?? "" };
  return [
    ...recordsOfChange(changed, before, whose),
    ...recordsOfLastIds(changed, lastIds),
    ...recordsOfLostModels(changed),
    ...auditRecords(changes, before, origin),
  ];
}

function auditRecords(
  { changed, items }: RecordedChanges,
  records: ObjectRecords,
  { at, revision, caller, note }: RecordedOrigin,
): readonly ControlRecord[] {
  const who = { at, by: caller ?? null };
  const ofModels = changed.flatMap(({ list, id, kind, kept }) => {
    if (list !== MODEL_LIST) return [];
    const before = records.get(objectId(list, id))?.kept ?? null;
    const after = kept ?? null;
    const pid = Number((after ?? before)?.["pid"] ?? 0);
    const object = { objectType: list, objectId: String(id), pid, before, after };
    return auditRecord({ ...who, ...object, change: `${list}.${kind}` });
  });
  const entries = items.map(({ list, id, pid, before, after }) => {
    const change = before === null ? "created" : after === null ? "deleted" : "updated";
    const object = { objectType: list, objectId: String(id), pid, before, after };
    return auditRecord({ ...who, ...object, change: `${list}.${change}` });
  });
  // More than an entry each can be kept of, or nothing but settings: the revision itself holds it all.
  const isTold = entries.length > 0 && entries.length === changed.filter(isOfWorkspace).length;
  if (isTold || (ofModels.length > 0 && items.length === 0)) return [...ofModels, ...entries];
  const published = auditRecord({
    ...who,
    change: "workspace.published",
    pid: null,
    objectType: "workspace",
    objectId: String(revision),
    before: revision === 1 ? null : { revision: revision - 1 },
    after: { revision, objects: changed.length, note: note ?? null },
  });
  return [...entries, published];
}
