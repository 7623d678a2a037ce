// The audit log: who changed what and when, and what it was before and after. An entry is written together
// with the change that it tells of, so that there is none without the other. No entry holds a secret: what was
// and what is are what the API shows of an object.

import { randomBytes } from "node:crypto";
import type { ControlRecord, ControlStore } from "../control/control-store.ts";
import { ACCESS_LIMITS } from "./access-limits.ts";
import type { Caller } from "./caller.ts";

/** Who did it, as the log keeps them. */
export type Actor = Pick<Caller, "kind" | "id" | "name" | "userId">;

export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What kind of change, such as "user.created". */
  readonly change: string;
  /** Null where nobody is known: a login that failed. */
  readonly by: Actor | null;
  /** Whose object it is; null where it is the installation's. */
  readonly pid: number | null;
  /** Such as "user"; for definitions, the name of their list. */
  readonly objectType: string;
  readonly objectId: string;
  /** What the API shows of the object; null where there was none. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface ListedEntry extends AuditEntry {
  /** Orders entries by time. */
  readonly id: string;
}

const KIND = "audit";
const TIME_DIGITS = 15;
const NONCE_BYTES = 4;
/** Entries of one moment are in the order in which a node made them. */
const PLACE_DIGITS = 6;
const PLACES = 16 ** PLACE_DIGITS;
let made = 0;

/** To be written together with the change. */
export function auditRecord(entry: AuditEntry): ControlRecord {
  const place = (made++ % PLACES).toString(16).padStart(PLACE_DIGITS, "0");
  const nonce = randomBytes(NONCE_BYTES).toString("hex");
  const { by, ...rest } = entry;
  const actor = by && { kind: by.kind, id: by.id, name: by.name, userId: by.userId };
  return { kind: KIND, id: `${timeKey(entry.at)}-${place}${nonce}`, value: { ...rest, by: actor } };
}

export interface AuditQuestion {
  /** Entries of this partner only; null: of all, and of the installation. */
  readonly pid: number | null;
  /** Milliseconds since the epoch, both included. */
  readonly from: number | null;
  readonly to: number | null;
  /** The ID of a caller. */
  readonly by: string | null;
  readonly change: string | null;
  readonly objectType: string | null;
  readonly objectId: string | null;
  /** Where an earlier answer ended. */
  readonly after: string | null;
  readonly limit: number;
}

export interface AuditPage {
  /** Newest first. */
  readonly list: readonly ListedEntry[];
  /** For the next question; null at the end. A page may be short, or empty, and not the last. */
  readonly next: string | null;
}

const BATCH = 500;
/** How many entries one question looks at: one that fits nothing must not read the whole log. */
const MAX_SEEN = 20_000;

export async function readAudit(store: ControlStore, asked: AuditQuestion): Promise<AuditPage> {
  const list: ListedEntry[] = [];
  let after = asked.after ?? (asked.to === null ? null : `${timeKey(asked.to + 1)}`);
  for (let seen = 0; seen < MAX_SEEN; ) {
    const place = after === null ? {} : { after };
    const batch = await store.list(KIND, { ...place, descending: true, limit: BATCH });
    for (const record of batch) {
      // Only `auditRecord` makes such records.
      const entry = record.value as AuditEntry;
      if (asked.from !== null && entry.at < asked.from) return { list, next: null };
      after = record.id;
      if (fits(entry, asked)) list.push({ id: record.id, ...entry });
      if (list.length === asked.limit) return { list, next: after };
    }
    if (batch.length < BATCH) return { list, next: null };
    seen += batch.length;
  }
  return { list, next: after };
}

function fits(entry: AuditEntry, asked: AuditQuestion): boolean {
  return (
    (asked.pid === null || entry.pid === asked.pid) &&
    (asked.by === null || entry.by?.id === asked.by) &&
    (asked.change === null || entry.change === asked.change) &&
    (asked.objectType === null || entry.objectType === asked.objectType) &&
    (asked.objectId === null || entry.objectId === asked.objectId)
  );
}

/** Takes the oldest entries away where there are more than `keep`; gives how many went. */
export async function trimAudit(
  store: ControlStore,
  keep: number = ACCESS_LIMITS.auditEntries,
): Promise<number> {
  let kept = 0;
  let removed = 0;
  let after: string | null = null;
  for (;;) {
    const place: { after?: string } = after === null ? {} : { after };
    const batch = await store.list(KIND, { ...place, descending: true, limit: BATCH });
    const old = batch.slice(Math.max(0, keep - kept));
    kept += batch.length - old.length;
    removed += old.length;
    if (old.length > 0) await store.write(old.map(({ kind, id }) => ({ kind, id, value: null })));
    after = batch.at(-1)?.id ?? null;
    if (batch.length < BATCH || after === null) return removed;
  }
}

function timeKey(at: number): string {
  return String(Math.max(0, Math.trunc(at))).padStart(TIME_DIGITS, "0");
}
