// What a validator finds in a body or a query, as faults that say where and what was expected. A validator names every
// way in which something could have been meant, and says for each why it is not that; people meant one.

import type { Fault } from "@dunlin/contract/workspace";

/** What is looked at of a validator's finding. */
export interface Finding {
  /** A JSON pointer. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

const MOST_OF_A_NAME = 100;

/** In the order of the findings; the same is said once. */
export function schemaFaults(findings: readonly Finding[]): Fault[] {
  const faults = new Map<string, Fault>();
  for (const finding of findings) {
    if (isSaidBetter(finding, findings)) continue;
    const fault = faultOf(finding, findings);
    const key = `${fault.at} ${fault.message}`;
    if (!faults.has(key)) faults.set(key, fault);
  }
  return [...faults.values()];
}

/** One of several ways is a value of its own, or a type of its own: what is expected is said of all of them at once. */
const OF_ONE_WAY: ReadonlySet<string> = new Set(["const", "type"]);

function isSaidBetter(finding: Finding, findings: readonly Finding[]): boolean {
  const { instancePath: at, keyword } = finding;
  const isChoice = keyword === "anyOf";
  if (!isChoice && !OF_ONE_WAY.has(keyword)) return false;
  const hasChoice = findings.some((each) => each.instancePath === at && each.keyword === "anyOf");
  if (!hasChoice) return false;
  // What is wrong inside, or wrong about a value of the right type, tells which way was meant.
  const isMeant = findings.some(
    ({ instancePath: other, keyword: wrong }) =>
      other.startsWith(`${at}/`) || (other === at && wrong !== "anyOf" && !OF_ONE_WAY.has(wrong)),
  );
  return isMeant || !isChoice;
}

function faultOf(finding: Finding, findings: readonly Finding[]): Fault {
  const { instancePath, keyword, params, message } = finding;
  const { additionalProperty: unknown, missingProperty: missing } = params;
  if (typeof unknown === "string") {
    const shown = unknown.slice(0, MOST_OF_A_NAME);
    const sentence = `There is no key ${JSON.stringify(shown)} here.`;
    return { at: within(instancePath, shown), code: "E_UNKNOWN_KEY", message: sentence };
  }
  if (typeof missing === "string") {
    const sentence = `The key "${missing}" is required.`;
    return { at: within(instancePath, missing), code: "E_MISSING_KEY", message: sentence };
  }
  const code = keyword === "type" ? "E_TYPE" : "E_VALUE";
  const expected = keyword === "anyOf" ? anyOf(finding, findings) : expectation(keyword, params);
  const sentence = expected === null ? `It ${message ?? "is not as expected"}.` : `${expected}.`;
  return { at: instancePath, code, message: sentence };
}

/** As a JSON pointer has it. */
function within(at: string, key: string): string {
  return `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function anyOf({ instancePath }: Finding, findings: readonly Finding[]): string {
  const here = findings.filter((each) => each.instancePath === instancePath);
  const types = here.flatMap((each) => (each.keyword === "type" ? typesOf(each.params) : []));
  const values = here.flatMap(({ keyword, params }) =>
    keyword === "const" ? [printed(params["allowedValue"])] : [],
  );
  if (values.length === 0) return `Expected ${types.join(" or ")}`;
  // A value that is expected says its type itself.
  const others = types.includes("null") ? ["null"] : [];
  return `Expected one of ${[...values, ...others].join(", ")}`;
}

function expectation(keyword: string, params: Finding["params"]): string | null {
  const limit = String(params["limit"]);
  const { allowedValues } = params;
  switch (keyword) {
    case "type":
      return `Expected ${typesOf(params).join(" or ")}`;
    case "const":
      return `Expected ${printed(params["allowedValue"])}`;
    case "enum":
      return `Expected one of ${Array.isArray(allowedValues) ? allowedValues.join(", ") : ""}`;
    case "minimum":
      return `Expected a number, at least ${limit}`;
    case "maximum":
      return `Expected a number, at most ${limit}`;
    case "minLength":
      return `Expected a text of at least ${amount(limit, "character")}`;
    case "maxLength":
      return `Expected a text of at most ${amount(limit, "character")}`;
    case "minItems":
      return `Expected a list of at least ${limit}`;
    case "maxItems":
      return `Expected a list of at most ${limit}`;
    case "pattern":
      return `Expected a text that matches ${String(params["pattern"])}`;
    default:
      return null;
  }
}

function amount(count: string, noun: string): string {
  return count === "1" ? `one ${noun}` : `${count} ${noun}s`;
}

/** What a value is; a text as it is written, since words are shown elsewhere without marks as well. */
function printed(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const TYPES: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function typesOf({ type }: Finding["params"]): string[] {
  return [type].flat().map((each) => TYPES[String(each)] ?? String(each));
}
