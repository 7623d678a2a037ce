// Between the objects of the API and those of a document, by the table of a kind.

import type { Fault } from "@dunlin/contract/workspace";
import { LIST_IDS, type ListName } from "../../catalog/document-keys.ts";
import { nearestWord } from "../../catalog/nearest-word.ts";
import { err, ok, type Result } from "../../model/result.ts";
import type { Defined } from "./definitions-view.ts";
import {
  type ApiKey,
  type ApiKeys,
  type ApiObject,
  type ResourceContext,
  type ResourceKind,
  withArticle,
} from "./resource-kind.ts";

export interface Showing {
  readonly isList: boolean;
  /** The options that were asked for. */
  readonly additions: ReadonlySet<string>;
}

/** The keys of an answer. */
export function shownKeys<Name extends ListName>(
  kind: ResourceKind<Name>,
  { isList, additions }: Showing,
): readonly string[] {
  return Object.entries(kind.keys).flatMap(([name, { listedWith, shownWith }]) => {
    if (shownWith !== undefined && !additions.has(shownWith)) return [];
    if (isList && listedWith !== undefined && !additions.has(listedWith)) return [];
    return [name];
  });
}

/** What is answered for an object. */
export function showObject<Name extends ListName>(
  kind: ResourceKind<Name>,
  item: Defined<Name>,
  { context, names }: { readonly context: ResourceContext; readonly names: readonly string[] },
): ApiObject {
  const shown: Record<string, unknown> = {};
  for (const name of names) {
    const key = kind.keys[name];
    if (key === undefined || kind.hasKey?.(item, name) === false) continue;
    shown[name] = showKey(kind, { item, name, key }, context);
  }
  return shown;
}

function showKey<Name extends ListName>(
  kind: ResourceKind<Name>,
  { item, name, key }: { item: Defined<Name>; name: string; key: ApiKey<Defined<Name>> },
  context: ResourceContext,
): unknown {
  if (key.show !== undefined) return key.show(item, context);
  if (key.kind !== "kept") return Reflect.get(item, key.document ?? name) ?? null;
  const { kept } = context.recordOf(kind.list, idOf(kind.list, item));
  return kept !== undefined && Object.hasOwn(kept, name) ? kept[name] : (key.fallback ?? null);
}

/** What an object that stands alone has beside the keys that were asked for. */
export function showRest<Name extends ListName>(
  kind: ResourceKind<Name>,
  item: Defined<Name>,
  names: readonly string[],
): ApiObject {
  const { keys, keepsOtherKeys } = kind;
  const unasked = Object.entries(keys).flatMap(([name, key]) =>
    key.unasked === undefined || names.includes(name) ? [] : [[name, key.unasked] as const],
  );
  const written: ApiObject = Object.fromEntries(Object.entries(item));
  if (keepsOtherKeys?.(written) !== true) return Object.fromEntries(unasked);
  const documentKeys = new Set(Object.entries(keys).map(([name, key]) => key.document ?? name));
  const others = Object.entries(written).filter(([name]) => !documentKeys.has(name));
  return Object.fromEntries([...unasked, ...others]);
}

export function idOf<Name extends ListName>(list: Name, item: Defined<Name>): number {
  return Number(Reflect.get(item, LIST_IDS[list]));
}

/** As much of a kind as reading a body takes. */
export interface ReadKind {
  readonly noun: string;
  readonly keys: ApiKeys<never>;
  keepsOtherKeys?(body: ApiObject): boolean;
}

export interface WrittenObject {
  /** As the document would write it, unchecked. */
  readonly item: Readonly<Record<string, unknown>>;
  /** What belongs to its record. */
  readonly kept: Readonly<Record<string, unknown>>;
}

/**
 * What a body means. Keys that are left out have their defaults, also where an object is replaced: a body is
 * the whole of it. Keys that only answers hold are passed over, unknown ones are faults.
 */
export function readObject(kind: ReadKind, body: unknown): Result<WrittenObject, readonly Fault[]> {
  if (!isObject(body)) {
    const message = `Expected ${withArticle(kind.noun)}, which is a JSON object.`;
    return err([{ at: "", code: "E_TYPE", message }]);
  }
  const unknown = Object.entries(body).filter(([name]) => !Object.hasOwn(kind.keys, name));
  const keepsOthers = kind.keepsOtherKeys?.(body) === true;
  // Whatever they are called: "__proto__" is a key like any other.
  const item: Record<string, unknown> = Object.fromEntries(keepsOthers ? unknown : []);
  const kept: Record<string, unknown> = {};
  const faults = keepsOthers ? [] : unknown.map(([name]) => unknownKey(name, kind));
  for (const [name, key] of Object.entries(kind.keys)) {
    if (key.kind === "given") continue;
    const written = Object.hasOwn(body, name) ? body[name] : undefined;
    const value = written === undefined ? key.fallback : readValue(key, written, body);
    if (value === undefined) {
      if (key.isRequired) faults.push(missingKey(name));
    } else if (key.kind === "written") item[key.document ?? name] = value;
    else keepValue({ name, key, value, kept, faults });
  }
  return faults.length > 0 ? err(faults) : ok({ item, kept });
}

/** What is read as undefined counts as left out. */
function readValue(key: ApiKey<never>, written: unknown, body: ApiObject): unknown {
  return key.read === undefined ? written : key.read(written, body);
}

function isObject(value: unknown): value is ApiObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKey(name: string, { keys, noun }: ReadKind): Fault {
  const nearest = nearestWord(name, Object.keys(keys));
  const help = nearest === null ? "" : `; did you mean ${JSON.stringify(nearest)}?`;
  const end = help === "" ? "." : "";
  const [first = "", ...rest] = withArticle(noun);
  const who = first.toUpperCase() + rest.join("");
  const message = `${who} has no key ${JSON.stringify(name.slice(0, 100))}${help}${end}`;
  return { at: `/${escapePointer(name.slice(0, 100))}`, code: "E_UNKNOWN_KEY", message };
}

function missingKey(name: string): Fault {
  const message = `The key ${JSON.stringify(name)} is required.`;
  return { at: `/${name}`, code: "E_MISSING_KEY", message };
}

interface KeptValue {
  readonly name: string;
  readonly key: ApiKey<never>;
  readonly value: unknown;
  readonly kept: Record<string, unknown>;
  readonly faults: Fault[];
}

/** The document checks what it holds; what it does not hold is checked by the types of the table. */
function keepValue({ name, key, value, kept, faults }: KeptValue): void {
  if (fits(value, key.schema)) kept[name] = value;
  else {
    const message = `Expected ${describeSchema(key.schema)} as ${JSON.stringify(name)}.`;
    faults.push({ at: `/${name}`, code: "E_TYPE", message });
  }
}

/** Enough of JSON Schema for the keys that a record keeps. */
function fits(value: unknown, schema: ApiKey<never>["schema"]): boolean {
  const { type, enum: choices, items, maxLength } = schema;
  const types = Array.isArray(type) ? type : [type];
  if (value === null) return types.includes("null");
  if (Array.isArray(choices) && !choices.includes(value)) return false;
  if (Array.isArray(value)) {
    const each = typeof items === "object" && items !== null ? items : {};
    return (
      types.includes("array") &&
      value.length <= 1_000 &&
      value.every((one) => fits(one, each as typeof schema))
    );
  }
  if (typeof value === "string") {
    return (
      types.includes("string") && value.length <= (typeof maxLength === "number" ? maxLength : 255)
    );
  }
  if (typeof value === "number") {
    return types.includes("number") || (types.includes("integer") && Number.isSafeInteger(value));
  }
  return types.includes(typeof value);
}

function describeSchema({ type, enum: choices }: ApiKey<never>["schema"]): string {
  if (Array.isArray(choices)) return `one of ${choices.join(", ")}`;
  return Array.isArray(type) ? type.join(" or ") : `a value of type ${String(type)}`;
}

export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * Faults of a document as faults of the body that led to them. Those of other objects are left out of the
 * first list: they tell what the change would have broken.
 */
export function placeFaults<Name extends ListName>(
  kind: ResourceKind<Name>,
  index: number,
  faults: readonly Fault[],
): { readonly own: readonly Fault[]; readonly others: readonly Fault[] } {
  const place = `/${kind.list}/${index}`;
  const own: Fault[] = [];
  const others: Fault[] = [];
  for (const fault of faults) {
    if (fault.at !== place && !fault.at.startsWith(`${place}/`)) others.push(fault);
    else own.push({ ...fault, at: apiPlace(kind, fault.at.slice(place.length)) });
  }
  return { own, others };
}

function apiPlace<Name extends ListName>(kind: ResourceKind<Name>, at: string): string {
  const [, key = "", ...rest] = at.split("/");
  const entry = Object.entries(kind.keys).find(
    ([name, { kind: role, document }]) => role === "written" && (document ?? name) === key,
  );
  return entry === undefined ? at : ["", entry[0], ...rest].join("/");
}
