// Objects are read by a table of their keys. What can be read of a faulty object is kept as a draft, so
// that the checks across objects still find everything else that is wrong with it.

import { nearestWord } from "../nearest-word.ts";
import { quote, type Reading } from "./reading.ts";
import { type Reader, wrongType } from "./values.ts";

/** An object with what could be read of it: undefined where a fault was noted. */
export type Draft<T> = { readonly [K in keyof T]: T[K] | undefined };

/** How one key is read, and what stands for it when it is left out. */
export type Key<T, Whole> =
  | { readonly reader: Reader<T>; readonly kind: "required" }
  | {
      readonly reader: Reader<T>;
      readonly kind: "optional";
      /** Sees the keys that stand above in the table. */
      readonly fallback: (draft: Draft<Whole>) => T | undefined;
    };

export type Keys<T> = { readonly [K in keyof T]-?: Key<T[K], T> };

export function required<T>(reader: Reader<T>): Key<T, never> & { readonly kind: "required" } {
  return { reader, kind: "required" };
}

/** `fallback` is the documented default. */
export function optional<T>(reader: Reader<T>, fallback: T): Key<T, unknown> {
  return { reader, kind: "optional", fallback: () => fallback };
}

/** A default that follows from keys above in the table. */
export function derived<T, Whole>(
  reader: Reader<T>,
  fallback: (draft: Draft<Whole>) => T | undefined,
): Key<T, Whole> {
  return { reader, kind: "optional", fallback };
}

/** Told of each key that the table does not hold; the reading stands at the key. */
type OnUnknownKey = (name: string, known: Iterable<string>, reading: Reading) => void;

/** Reads an object by its table of keys. */
export function objectOf<T>(
  keys: Keys<T>,
  onUnknownKey: OnUnknownKey = noteUnknownKey,
): Reader<Draft<T>> {
  const rows: readonly (readonly [string, Key<unknown, T>])[] = Object.entries(keys);
  const known = new Set(rows.map(([name]) => name));
  return (input, reading) => {
    if (!isObject(input)) return wrongType(input, "an object", reading);
    const draft: Record<string, unknown> = {};
    for (const [name, key] of rows) {
      // The table has a row for each key of T, so what is filled in row by row is a draft of T.
      draft[name] = readKey(name, key, { input, draft: draft as Draft<T>, reading });
    }
    for (const name of Object.keys(input)) {
      if (known.has(name)) continue;
      reading.enter(name);
      onUnknownKey(name, known, reading);
      reading.leave();
    }
    return draft as Draft<T>;
  };
}

/** Reads an object that is of no use unless every key could be read. */
export function wholeObjectOf<T>(keys: Keys<T>): Reader<T> {
  const read = objectOf(keys);
  return (input, reading) => {
    const draft = read(input, reading);
    if (draft === undefined || Object.values(draft).includes(undefined)) return undefined;
    // No key is undefined, so the draft is whole.
    return draft as T;
  };
}

/** Whether a value is what JSON calls an object. */
export function isObject(input: unknown): input is Record<string, unknown> {
  if (typeof input !== "object" || input === null) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

function readKey<T>(
  name: string,
  key: Key<unknown, T>,
  { input, draft, reading }: { input: Record<string, unknown>; draft: Draft<T>; reading: Reading },
): unknown {
  // Own keys only: an object inherits "constructor" and others that no document wrote.
  const value = Object.hasOwn(input, name) ? input[name] : undefined;
  if (value === undefined && key.kind === "optional") return key.fallback(draft);
  reading.enter(name);
  let read: unknown;
  if (value === undefined) reading.fault("E_MISSING_KEY", `The key ${quote(name)} is required.`);
  else read = key.reader(value, reading);
  reading.leave();
  return read;
}

export function noteUnknownKey(name: string, known: Iterable<string>, reading: Reading): void {
  const nearest = nearestWord(name, known);
  const help =
    nearest === null
      ? `the known keys are ${[...known].join(", ")}`
      : `did you mean ${quote(nearest)}?`;
  reading.fault(
    "E_UNKNOWN_KEY",
    `Unknown key ${quote(name)}; ${help}${nearest === null ? "." : ""}`,
  );
}
