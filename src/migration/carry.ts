// An object of the API is read by a table of its keys: where each goes in the workspace, or why nowhere.
// What no table knows is noted: nothing is dropped in silence.

import type { ImportNotes, Origin } from "./notes.ts";
import { isEmpty, type JsonObject } from "./values.ts";

type Place =
  | { readonly to: string; readonly convert: (value: unknown) => unknown }
  | { readonly nowhere: "lost" | "ignored"; readonly reason: string }
  /** The code that uses the table reads it. */
  | "elsewhere";

export type CarryTable = Readonly<Record<string, Place>>;

export function to(key: string, convert: (value: unknown) => unknown): Place {
  return { to: key, convert };
}

/** Without a value, such a key says nothing and is noted nowhere. */
export function nowhere(
  kind: "lost" | "ignored",
  keys: readonly string[],
  reason: string,
): CarryTable {
  return Object.fromEntries(keys.map((key) => [key, { nowhere: kind, reason }]));
}

export function elsewhere(...keys: readonly string[]): CarryTable {
  return Object.fromEntries(keys.map((key) => [key, "elsewhere"]));
}

/** Of every kind of object. */
export const BOOKKEEPING: CarryTable = nowhere(
  "ignored",
  ["createTime", "updateTime", "crUID", "upUID", "permissions", "version"],
  "Who made and changed it, when, and who may do what with it, has no place in a workspace.",
);

const OF_REPORTS = "Figures of reports are not carried over.";
const FIGURES =
  /^(instantUniques|totalUniques|uniques|count|addressable)(\d+Day|Lifetime|[A-Z]\w*)?$|Metrics$/;

export function carry(
  object: JsonObject,
  table: CarryTable,
  { notes, origin }: { readonly notes: ImportNotes; readonly origin: Origin },
): Record<string, unknown> {
  const carried: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const place = Object.hasOwn(table, key) ? table[key] : undefined;
    if (place === "elsewhere") continue;
    if (place !== undefined && "to" in place) {
      const converted = place.convert(value);
      if (converted !== undefined) carried[place.to] = converted;
    } else if (!isEmpty(value)) {
      if (place !== undefined) notes.addKey(place.nowhere, origin, { key, reason: place.reason });
      else if (FIGURES.test(key)) notes.addKey("ignored", origin, { key, reason: OF_REPORTS });
      else notes.addKey("lost", origin, { key, reason: "Not known here." });
    }
  }
  return carried;
}
