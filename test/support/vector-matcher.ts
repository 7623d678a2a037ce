// How a vector says what it expects: a deep partial match with a few operators ("DCS and visitor-ID
// service", Conformance vectors). Gives sentences; none means that everything fits.

import { isDeepStrictEqual } from "node:util";

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/** What does not fit, each with its path in the answer. */
export function mismatches(actual: unknown, expected: unknown, path = "$"): string[] {
  if (isObject(expected)) {
    const [key, ...others] = Object.keys(expected);
    if (others.length === 0 && key?.startsWith("$")) {
      return operatorMismatches(key, actual, expected[key], path);
    }
    if (!isObject(actual)) return [`${path}: expected an object, found ${show(actual)}`];
    return Object.keys(expected).flatMap((name) =>
      mismatches(actual[name], expected[name], `${path}.${name}`),
    );
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return [`${path}: expected ${show(expected)}, found ${show(actual)}`];
    }
    return expected.flatMap((item, i) => mismatches(actual[i], item, `${path}[${i}]`));
  }
  return isDeepStrictEqual(actual, expected)
    ? []
    : [`${path}: expected ${show(expected)}, found ${show(actual)}`];
}

function operatorMismatches(
  operator: string,
  actual: unknown,
  wanted: unknown,
  path: string,
): string[] {
  const complain = (fits: boolean): string[] =>
    fits ? [] : [`${path}: expected ${operator} ${show(wanted)}, found ${show(actual)}`];
  switch (operator) {
    case "$absent":
      return complain(actual === undefined);
    case "$type":
      return complain(typeOf(actual) === wanted);
    case "$regex":
      return complain(typeof actual === "string" && toRegex(String(wanted)).test(actual));
    case "$contains":
      return complain(
        Array.isArray(actual) &&
          asList(wanted).every((item) =>
            actual.some((found) => mismatches(found, item).length === 0),
          ),
      );
    case "$set":
      return complain(
        Array.isArray(actual) &&
          actual.length === asList(wanted).length &&
          asList(wanted).every((item) =>
            actual.some((found) => mismatches(found, item).length === 0),
          ),
      );
    default:
      throw new Error(`Unknown operator ${operator} in a vector.`);
  }
}

/** JavaScript's syntax, with the leading `(?i)` that vectors also use. */
function toRegex(pattern: string): RegExp {
  return pattern.startsWith("(?i)") ? new RegExp(pattern.slice(4), "i") : new RegExp(pattern);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number" && Number.isInteger(value)) return "integer";
  return value === null ? "null" : typeof value;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
