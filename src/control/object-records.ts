// Who made each object of the workspace and who changed it last, and the versions of traits' rules: control
// records that are written together with the revision that makes the change.
//
//   object      "traits/5001" -> ObjectRecord
//   object      "mappings/8001/12" -> ObjectRecord, of a mapping of destination 8001
//   object      "models/7" -> ObjectRecord: the whole of a model is kept in it
//   trait-rule  "0000000000005001/00000003" -> RuleVersion, in the order of versions

import { assertNever } from "../model/result.ts";
import type { ControlRecord, ControlStore } from "./control-store.ts";

export const OBJECT_KIND = "object";
export const TRAIT_RULE_KIND = "trait-rule";

/** How many versions of a trait's rule are kept, the newest. */
export const KEPT_RULE_VERSIONS = 100;
/** Up to so many records are read one by one; for more it is faster to read them all. */
const READ_ONE_BY_ONE = 200;
const PAGE = 1_000;
const SID_DIGITS = 16;
const VERSION_DIGITS = 8;

/** What happened to an object of a list of the workspace. */
export interface ObjectChange {
  /** As in the document: "traits". */
  readonly list: string;
  readonly id: number;
  readonly kind: "created" | "updated" | "deleted";
  /** For traits, whether the rule changed or not; null where there is none. */
  readonly traitRule?: { readonly before: string | null; readonly after: string | null };
  /** For destinations, the IDs of the mappings that are gone. */
  readonly lostMappings?: readonly number[];
  /** What is kept of the object beside the workspace from now on; left out where that stays as it is. */
  readonly kept?: Readonly<Record<string, unknown>>;
}

export interface ObjectRecord {
  /** Milliseconds since the epoch; null for what was there before records were kept. */
  readonly createTime: number | null;
  readonly updateTime: number;
  /** The user who made it; 0 where none is known, or none stands behind the change. */
  readonly crUID: number;
  readonly upUID: number;
  /** Counts changes of the object, from 1. */
  readonly version: number;
  /** For traits: counts changes of the rule, from 1. */
  readonly traitRuleVersion?: number;
  readonly kept?: Readonly<Record<string, unknown>>;
}

export interface RuleVersion {
  readonly traitRule: string | null;
  readonly upUID: number;
  /** As it was then. Null, as the time, for a rule that was there before records were kept. */
  readonly userName: string | null;
  readonly updateTime: number | null;
}

/** Who makes a change, and when. */
export interface ChangeOrigin {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly userId: number;
  readonly userName: string;
}

/** What objects were before a change, by `objectId`. */
export type ObjectRecords = ReadonlyMap<string, ObjectRecord>;

export function objectId(list: string, id: number): string {
  return `${list}/${id}`;
}

/** What a destination's mappings are called here, of which each has a record. */
export type MappingList = `mappings/${number}`;

export function mappingsOf(destinationId: number): MappingList {
  return `mappings/${destinationId}`;
}

/** What look-alike models are called here. No document holds them: calls know nothing of them. */
export const MODEL_LIST = "models" as const;

/** Mappings are no objects of the workspace: they stand in their destinations. Nor are models. */
export function isOfWorkspace({ list }: Pick<ObjectChange, "list">): boolean {
  return !list.startsWith("mappings/") && list !== MODEL_LIST;
}

/** The ID of a record of a rule's version; without one, what the IDs of all its versions begin with. */
export function ruleVersionId(sid: number, version?: number): string {
  const trait = `${sid}`.padStart(SID_DIGITS, "0");
  return `${trait}/${version === undefined ? "" : `${version}`.padStart(VERSION_DIGITS, "0")}`;
}

/** What is to be written with the changes. `before` holds at least the records of the changed objects. */
export function recordsOfChange(
  changes: readonly ObjectChange[],
  before: ObjectRecords,
  origin: ChangeOrigin,
): ControlRecord[] {
  return changes.flatMap((change) => [
    ...recordsOfMapped(change, before),
    ...recordsOfOne(change, before, origin),
  ]);
}

function recordsOfOne(
  change: ObjectChange,
  before: ObjectRecords,
  origin: ChangeOrigin,
): ControlRecord[] {
  const old = before.get(objectId(change.list, change.id)) ?? null;
  switch (change.kind) {
    case "created":
      return [...recordsOfDeleted(change, old), ...recordsOfCreated(change, origin)];
    case "updated":
      return recordsOfUpdated(change, old, origin);
    case "deleted":
      return recordsOfDeleted(change, old);
    default:
      return assertNever(change.kind);
  }
}

/** A mapping that is gone leaves no record. */
function recordsOfMapped(
  { id, lostMappings = [] }: ObjectChange,
  before: ObjectRecords,
): ControlRecord[] {
  const ids = lostMappings.map((mappingId) => objectId(mappingsOf(id), mappingId));
  return ids.flatMap((each) =>
    before.has(each) ? [{ kind: OBJECT_KIND, id: each, value: null }] : [],
  );
}

/** The records of the changed objects that there are, for `recordsOfChange`. */
export async function readRecordsBefore(
  store: Pick<ControlStore, "read" | "list">,
  changes: readonly ObjectChange[],
): Promise<ObjectRecords> {
  const ids = changes.flatMap(({ list, id, lostMappings = [] }) => [
    objectId(list, id),
    ...lostMappings.map((mappingId) => objectId(mappingsOf(id), mappingId)),
  ]);
  if (ids.length > READ_ONE_BY_ONE) return readObjectRecords(store);
  const found = await Promise.all(ids.map((id) => store.read(OBJECT_KIND, id)));
  return new Map(found.flatMap((one) => (one === null ? [] : [[one.id, asObjectRecord(one)]])));
}

/** Of all objects, or of all of a list. */
export async function readObjectRecords(
  store: Pick<ControlStore, "list">,
  list?: string,
): Promise<ObjectRecords> {
  const records = new Map<string, ObjectRecord>();
  const prefix = list === undefined ? "" : `${list}/`;
  let after: string | undefined;
  do {
    const place = after === undefined ? {} : { after };
    const page = await store.list(OBJECT_KIND, { prefix, limit: PAGE, ...place });
    for (const one of page) records.set(one.id, asObjectRecord(one));
    after = page.length === PAGE ? page.at(-1)?.id : undefined;
  } while (after !== undefined);
  return records;
}

/** The newest first. */
export async function readRuleVersions(
  store: Pick<ControlStore, "list">,
  sid: number,
): Promise<readonly ({ readonly traitRuleVersion: number } & RuleVersion)[]> {
  const prefix = ruleVersionId(sid);
  const options = { prefix, descending: true, limit: KEPT_RULE_VERSIONS };
  return (await store.list(TRAIT_RULE_KIND, options)).map(({ id, value }) => ({
    traitRuleVersion: Number(id.slice(prefix.length)),
    // Only `recordsOfChange` writes records of this kind.
    ...(value as RuleVersion),
  }));
}

function asObjectRecord({ value }: ControlRecord): ObjectRecord {
  // Only `recordsOfChange` writes records of this kind.
  return value as ObjectRecord;
}

function recordsOfCreated(change: ObjectChange, origin: ChangeOrigin): ControlRecord[] {
  const { list, id, traitRule, kept } = change;
  const { now, userId } = origin;
  const record: ObjectRecord = {
    ...{ createTime: now, updateTime: now, crUID: userId, upUID: userId, version: 1 },
    ...(traitRule !== undefined && { traitRuleVersion: 1 }),
    ...(kept !== undefined && { kept }),
  };
  const object = { kind: OBJECT_KIND, id: objectId(list, id), value: record };
  if (traitRule === undefined) return [object];
  return [object, ruleRecord(id, 1, ruleBy(traitRule.after, origin))];
}

function recordsOfUpdated(
  { list, id, traitRule, kept }: ObjectChange,
  old: ObjectRecord | null,
  origin: ChangeOrigin,
): ControlRecord[] {
  const { createTime, crUID, version, traitRuleVersion: oldVersion = 1 } = old ?? UNKNOWN;
  const isOfRule = traitRule !== undefined || old?.traitRuleVersion !== undefined;
  const isOtherRule = traitRule !== undefined && traitRule.before !== traitRule.after;
  const ruleVersion = isOtherRule ? oldVersion + 1 : oldVersion;
  const keptNow = kept ?? old?.kept;
  const record: ObjectRecord = {
    ...{ createTime, updateTime: origin.now, crUID, upUID: origin.userId, version: version + 1 },
    // Also where nothing changes but what is kept.
    ...(isOfRule && { traitRuleVersion: ruleVersion }),
    ...(keptNow !== undefined && { kept: keptNow }),
  };
  const records: ControlRecord[] = [{ kind: OBJECT_KIND, id: objectId(list, id), value: record }];
  if (traitRule === undefined) return records;
  // So that the history of a rule is whole from the first change on that is recorded.
  if (old === null) records.push(ruleRecord(id, 1, { ...NOBODY, traitRule: traitRule.before }));
  if (!isOtherRule) return records;
  records.push(ruleRecord(id, ruleVersion, ruleBy(traitRule.after, origin)));
  if (ruleVersion > KEPT_RULE_VERSIONS)
    records.push(ruleRecord(id, ruleVersion - KEPT_RULE_VERSIONS, null));
  return records;
}

/** Of an object that was there before records were kept. */
const UNKNOWN: ObjectRecord = { createTime: null, updateTime: 0, crUID: 0, upUID: 0, version: 1 };
const NOBODY = { upUID: 0, userName: null, updateTime: null };

function recordsOfDeleted({ list, id }: ObjectChange, old: ObjectRecord | null): ControlRecord[] {
  if (old === null) return [];
  const newest = old.traitRuleVersion ?? 0;
  const oldest = Math.max(1, newest - KEPT_RULE_VERSIONS + 1);
  const rules = Array.from({ length: newest === 0 ? 0 : newest - oldest + 1 }, (_, place) =>
    ruleRecord(id, oldest + place, null),
  );
  return [{ kind: OBJECT_KIND, id: objectId(list, id), value: null }, ...rules];
}

function ruleBy(traitRule: string | null, { now, userId, userName }: ChangeOrigin): RuleVersion {
  return { traitRule, upUID: userId, userName, updateTime: now };
}

function ruleRecord(sid: number, version: number, value: RuleVersion | null): ControlRecord {
  return { kind: TRAIT_RULE_KIND, id: ruleVersionId(sid, version), value };
}
