// Readers of single values. A reader takes unknown input and gives the value, or notes a fault and
// gives undefined: JSON has no undefined, so the two cannot be mistaken for each other.

import { quote, type Reading } from "./reading.ts";

export type Reader<T> = (input: unknown, reading: Reading) => T | undefined;

interface TextOptions {
  /** [0] */
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** What the pattern wants, to end a sentence: "expected a host name". */
  readonly expected?: string;
}

export function text({ min = 0, max, pattern, expected }: TextOptions): Reader<string> {
  return (input, reading) => {
    if (typeof input !== "string") return wrongType(input, expected ?? "a text", reading);
    if (input.length < min) {
      return wrong(
        reading,
        `Found an empty text; expected ${expected ?? "at least one character"}.`,
      );
    }
    if (input.length > max) {
      reading.fault(
        "E_LIMIT",
        `The text has ${input.length} characters; at most ${max} are allowed.`,
      );
      return undefined;
    }
    if (pattern !== undefined && !pattern.test(input)) {
      return wrong(reading, `Found ${quote(input)}; expected ${expected}.`);
    }
    return input;
  };
}

export const flag: Reader<boolean> = (input, reading) =>
  typeof input === "boolean" ? input : wrongType(input, "true or false", reading);

export function integer(range: { readonly min: number; readonly max: number }): Reader<number> {
  const expected = `an integer from ${range.min} to ${range.max}`;
  return (input, reading) => {
    if (typeof input !== "number") return wrongType(input, expected, reading);
    if (Number.isInteger(input) && input >= range.min && input <= range.max) return input;
    return wrong(reading, `Found ${input}; expected ${expected}.`);
  };
}

/** IDs are positive integers that a double holds exactly. */
export const id: Reader<number> = (input, reading) => {
  if (typeof input !== "number")
    return wrongType(input, "an ID, which is a positive integer", reading);
  if (Number.isSafeInteger(input) && input > 0) return input;
  return wrong(reading, `Found ${input}; expected an ID, which is a positive integer below 2^53.`);
};

/** 0 stands for the root. */
export const idOrZero: Reader<number> = (input, reading) => (input === 0 ? 0 : id(input, reading));

export function oneOf<const T extends string | number>(
  values: readonly T[],
  { anyCase = false }: { readonly anyCase?: boolean } = {},
): Reader<T> {
  const names = values.map((value) => JSON.stringify(value));
  const expected =
    names.length === 1 ? String(names[0]) : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  const bySpelling = new Map<unknown, T>(values.map((value) => [value, value]));
  const byFolded = new Map<unknown, T>(
    anyCase ? values.map((value) => [String(value).toLowerCase(), value]) : [],
  );
  const type = typeof values[0];
  return (input, reading) => {
    const value = bySpelling.get(input);
    if (value !== undefined) return value;
    if (typeof input !== type) return wrongType(input, expected, reading);
    const folded = typeof input === "string" ? byFolded.get(input.toLowerCase()) : undefined;
    if (folded !== undefined) return folded;
    return wrong(reading, `Found ${quote(String(input))}; expected ${expected}.`);
  };
}

export function nullOr<T>(reader: Reader<T>): Reader<T | null> {
  return (input, reading) => (input === null ? null : reader(input, reading));
}

interface ListOptions {
  /** [0] */
  readonly min?: number;
  readonly max: number;
}

/** A list of which every item must be readable; an item given twice is a fault. */
export function setOf<T extends string | number>(
  reader: Reader<T>,
  { min = 0, max }: ListOptions,
): Reader<readonly T[]> {
  return (input, reading) => {
    if (!Array.isArray(input)) return wrongType(input, "a list", reading);
    if (input.length < min) return wrong(reading, `The list is empty; expected at least ${min}.`);
    if (input.length > max) {
      reading.fault("E_LIMIT", `The list has ${input.length} items; at most ${max} are allowed.`);
      return undefined;
    }
    const items = new Set<T>();
    let isWhole = true;
    for (let index = 0; index < input.length; index += 1) {
      reading.enter(index);
      const item = reader(input[index], reading);
      if (item === undefined) isWhole = false;
      else if (items.has(item)) {
        isWhole = false;
        wrong(reading, `Found ${quote(String(item))} for the second time; expected it once.`);
      } else items.add(item);
      reading.leave();
    }
    return isWhole ? [...items] : undefined;
  };
}

/** Turns what was read into its one spelling. */
export function mapped<T>(reader: Reader<T>, map: (value: T) => T): Reader<T> {
  return (input, reading) => {
    const value = reader(input, reading);
    return value === undefined ? undefined : map(value);
  };
}

export function wrongType(input: unknown, expected: string, reading: Reading): undefined {
  reading.fault("E_TYPE", `Found ${describe(input)}; expected ${expected}.`);
  return undefined;
}

function wrong(reading: Reading, message: string): undefined {
  reading.fault("E_VALUE", message);
  return undefined;
}

function describe(input: unknown): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "string") return `the text ${quote(input)}`;
  if (typeof input === "number" || typeof input === "boolean") return String(input);
  return "an object";
}
