// Values as the API spells them, in the spelling of a workspace. What is of another form is handed on as it
// is: whoever reads the workspace refuses it and says why.

/** What JSON calls an object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Own keys only: what an object inherits was written by nobody. */
export function valueAt(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether nothing is lost without it. */
export function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || value === "" || value === false || value === 0;
}

export const asIs = (value: unknown): unknown => value;

/** Null is how the API writes an empty text. */
export const textOf = (value: unknown): unknown => value ?? undefined;

/** An empty text or null is none. */
export const codeOf = (value: unknown): unknown => (value === "" ? null : value);

/** Some settings are digits in a text. */
export function numberOf(value: unknown): unknown {
  if (value === null || value === "") return undefined;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** 0 is how the API writes that there is none. */
export function idOrNone(value: unknown): unknown {
  const number = numberOf(value);
  return number === 0 ? undefined : number;
}

export function statusOf(value: unknown): unknown {
  if (value === 1 || value === "1" || value === true) return "ACTIVE";
  if (value === 0 || value === "0" || value === false) return "INACTIVE";
  if (value === null || value === "") return undefined;
  return typeof value === "string" ? value.toUpperCase() : value;
}

const DAY = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/;
/** The last day of the year 9999. */
const MAX_TIME_MS = 253_402_214_400_000;

/** A day as `yyyy-MM-dd`, of a text that begins so, or of milliseconds since the epoch. */
export function dayOf(value: unknown): unknown {
  if (value === "" || value === 0) return null;
  if (typeof value === "number" && value > 0 && value <= MAX_TIME_MS) {
    return new Date(value).toISOString().slice(0, 10);
  }
  return typeof value === "string" ? (DAY.exec(value)?.[1] ?? value) : value;
}

/** A host of a URL, or the host itself. */
export function hostOf(value: unknown): unknown {
  return typeof value === "string"
    ? value.replace(/^https?:\/\//i, "").replace(/\/.*$/, "")
    : value;
}

const LONGEST_NAME = 60;

/** What an object is called in notes. */
export function labelOf(noun: string, id: unknown, name: unknown): string {
  const number =
    typeof id === "number" || typeof id === "string" ? ` ${String(id).slice(0, 40)}` : "";
  if (typeof name !== "string") return `${noun}${number}`;
  const cut = name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`;
  return `${noun}${number} ${JSON.stringify(cut)}`;
}
