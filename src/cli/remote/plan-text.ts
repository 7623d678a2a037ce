// A plan for people: what is created (+), changed (~) and deleted (-), kind by kind, then the visitors of segments.

import { printable } from "../lint-lines.ts";

export interface ReadPlan {
  readonly isEmpty: boolean;
  readonly objects: readonly PlannedObject[];
  readonly objectsLeftOut: number;
  readonly segments: readonly PlannedSegment[];
  readonly unchangedSegments: number;
  readonly notes: readonly string[];
  readonly warnings: readonly { readonly at: string; readonly message: string }[];
}

interface PlannedObject {
  readonly list: string;
  readonly id: number | null;
  readonly name: string | null;
  readonly change: string;
  readonly fields: readonly {
    readonly key: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

interface PlannedSegment {
  readonly sid: number;
  readonly name: string;
  readonly because: string;
  readonly before?: number;
  readonly after?: number;
  readonly added?: number;
  readonly removed?: number;
}

/** What a node of this version answers; another one may leave out what is not needed here. */
export function readPlan(answer: unknown): ReadPlan {
  const { changes, objects, objectsLeftOut, segments, unchangedSegments, notes, warnings } =
    Object(answer);
  return {
    isEmpty: Object.keys(Object(changes)).length === 0,
    // The node's own schema says what lists hold.
    objects: listOf<PlannedObject>(objects),
    objectsLeftOut: Number(objectsLeftOut ?? 0),
    segments: listOf<PlannedSegment>(segments),
    unchangedSegments: Number(unchangedSegments ?? 0),
    notes: listOf<string>(notes),
    warnings: listOf<ReadPlan["warnings"][number]>(warnings),
  };
}

function listOf<T>(given: unknown): readonly T[] {
  // Checked by the schema of the node's answer.
  return Array.isArray(given) ? (given as readonly T[]) : [];
}

export function planText(plan: ReadPlan): string {
  if (plan.isEmpty) return "Nothing would change.\n";
  const lines = changedObjectLines(plan);
  lines.push("", ...segmentLines(plan));
  for (const { at, message } of plan.warnings) lines.push("", `Warning: ${at}: ${message}`);
  for (const note of plan.notes) lines.push("", note);
  return `${lines.map(printable).join("\n")}\n`;
}

/** Names are others', and may hold what moves a terminal's cursor. */
export function changedObjectLines({
  objects,
  objectsLeftOut,
}: Pick<ReadPlan, "objects" | "objectsLeftOut">): string[] {
  const lines = objects.flatMap(objectLines);
  if (objectsLeftOut > 0) lines.push(`… and ${objectsLeftOut} more objects.`);
  return lines.map(printable);
}

const SIGNS: Readonly<Record<string, string>> = { created: "+", updated: "~", deleted: "-" };
const KINDS: Readonly<Record<string, string>> = {
  ...{ partners: "partner", dataSources: "data source", folders: "trait folder" },
  ...{ segmentFolders: "segment folder", traits: "trait", mergeRules: "merge rule" },
  ...{ segments: "segment", partnerSites: "partner site", destinations: "destination" },
  ...{ idSyncs: "ID sync", derivedSignals: "derived signal" },
};
/** Said in the line above. */
const IN_HEADING = new Set(["name", "pid"]);

function objectLines({ list, id, name, change, fields }: PlannedObject): string[] {
  const sign = SIGNS[change] ?? "~";
  const kind = KINDS[list] ?? list;
  const heading = [
    sign,
    kind,
    ...(id === null ? [] : [id]),
    ...(name === null ? [] : [`"${name}"`]),
  ];
  const lines = [heading.join(" ")];
  for (const field of fields) {
    if (change === "updated") lines.push(...changedField(field));
    else if (change === "created" && isWorthSaying(field.key, field.after, id)) {
      lines.push(`    ${field.key}: ${valueText(field.after)}`);
    }
  }
  return lines;
}

function changedField({ key, ...field }: PlannedObject["fields"][number]): string[] {
  const elements = changedElements(field.before, field.after);
  if (elements !== null) return elements.map(([sign, text]) => `    ${sign} ${key}: ${text}`);
  const lines: string[] = [];
  if ("before" in field) lines.push(`    - ${key}: ${valueText(field.before)}`);
  if ("after" in field) lines.push(`    + ${key}: ${valueText(field.after)}`);
  return lines;
}

/** Of two lists of objects, such as mappings, what only one of them holds; null of anything else. */
function changedElements(before: unknown, after: unknown): (readonly [string, string])[] | null {
  const lists = [before, after].map((list) =>
    Array.isArray(list) && list.every(isObject) ? list.map(objectText) : null,
  );
  const [gone, come] = lists;
  if (gone == null || come == null) return null;
  const changed = [
    ...gone.filter((text) => !come.includes(text)).map((text) => ["-", text] as const),
    ...come.filter((text) => !gone.includes(text)).map((text) => ["+", text] as const),
  ];
  return changed.length === 0 ? null : changed;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the keys that say nothing. */
function objectText(element: object): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(element).filter(([, value]) => value !== null)),
  );
}

function isWorthSaying(key: string, value: unknown, id: number | null): boolean {
  if (IN_HEADING.has(key) || value === id) return false;
  return value !== null && value !== "" && value !== false && !isEmptyList(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function valueText(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

const COLUMNS = ["before", "after", "added", "removed"] as const;
const NUMBER_WIDTH = 11;

function segmentLines({ segments, unchangedSegments }: ReadPlan): string[] {
  if (segments.length === 0) return ["Every segment keeps its visitors."];
  const rest =
    unchangedSegments === 0 ? [] : [`Segments that keep their visitors: ${unchangedSegments}.`];
  const titles = segments.map(({ sid, name }) => `${sid} ${name}`);
  const width = Math.max("Visitors of".length, ...titles.map((title) => title.length));
  const isCounted = segments.some(({ after }) => after !== undefined);
  const head = isCounted ? COLUMNS.map((name) => name.padStart(NUMBER_WIDTH)).join("") : "";
  const lines = [
    isCounted ? `${"Visitors of".padEnd(width)}${head}` : "Visitors may change, not counted:",
  ];
  for (const [place, segment] of segments.entries()) {
    const numbers = isCounted ? COLUMNS.map((name) => numberText(name, segment[name])) : [];
    lines.push(`${(titles[place] ?? "").padEnd(width)}${numbers.join("")}  ${segment.because}`);
  }
  return [...lines, ...rest];
}

function numberText(column: (typeof COLUMNS)[number], count = 0): string {
  const sign = count === 0 ? "" : column === "added" ? "+" : column === "removed" ? "-" : "";
  return `${sign}${count}`.padStart(NUMBER_WIDTH);
}
