// What every engine keeps of control records: a name, a version and JSON text; and what a listing means as a
// range of names. Whoever breaks the rules of a record is a fault of ours: an invariant says so before anything
// is written.

import { randomBytes } from "node:crypto";
import { invariant } from "../model/result.ts";
import type { ControlListing, ControlRecord, StoredControlRecord } from "./control-store.ts";

/** A record as it is to be: names are ordered as IDs are within a kind, and no kind's lie between another's. */
export interface KeptRecord {
  readonly name: string;
  /** JSON; null takes the record away. */
  readonly text: string | null;
}

/** Names from `low` on and below `high`. */
export interface NameRange {
  readonly low: string;
  readonly high: string;
  readonly descending: boolean;
  /** Infinity where nobody set one. */
  readonly limit: number;
}

const KIND = /^[A-Za-z0-9-]{1,50}$/;
const ID = /^[\x20-\x7e]{1,200}$/;
/** Behind every character that an ID may hold, and before them. */
const AFTER_ALL = "\x7f";
const BEFORE_ALL = "\x00";
const VERSION_BYTES = 12;

export const VERSION_CHARACTERS = (VERSION_BYTES / 3) * 4;

/**
 * The version of all records of a write. No two writes have the same, so that a record which was taken away and
 * made again is not mistaken for the first.
 */
export function newVersion(): string {
  return randomBytes(VERSION_BYTES).toString("base64url");
}

export function nameOf(kind: string, id: string): string {
  invariant(KIND.test(kind), `a kind of control records is a short word, not ${quote(kind)}`);
  invariant(ID.test(id), `the ID of a control record is printable ASCII, not ${quote(id)}`);
  return `${kind}/${id}`;
}

export function keptRecords(records: readonly ControlRecord[]): readonly KeptRecord[] {
  return records.map(({ kind, id, value }) => {
    const name = nameOf(kind, id);
    if (value === null) return { name, text: null };
    // Its type leaves out that there is no JSON for a function, say; and that for no number is null.
    const text: string | undefined = JSON.stringify(value);
    const isJson = text !== undefined && text !== "null";
    invariant(isJson, `the value of the control record ${name} is something that JSON can hold`);
    return { name, text };
  });
}

export function storedRecord(name: string, version: string, text: string): StoredControlRecord {
  const slash = name.indexOf("/");
  return {
    kind: name.slice(0, slash),
    id: name.slice(slash + 1),
    value: JSON.parse(text),
    version,
  };
}

export function rangeOf(kind: string, options: ControlListing): NameRange {
  const { prefix = "", after, descending = false, limit = Number.POSITIVE_INFINITY } = options;
  invariant(KIND.test(kind), `a kind of control records is a short word, not ${quote(kind)}`);
  invariant(limit >= 0, `a listing has no negative limit, not ${limit}`);
  const first = `${kind}/${prefix}`;
  const end = `${first}${AFTER_ALL}`;
  if (after === undefined) return { low: first, high: end, descending, limit };
  const last = `${kind}/${after}`;
  if (descending) return { low: first, high: last < end ? last : end, descending, limit };
  const next = `${last}${BEFORE_ALL}`;
  return { low: next > first ? next : first, high: end, descending, limit };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
