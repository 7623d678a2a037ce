// One question to a running node's management plane, and what became of it.

import type { Fault } from "@dunlin/contract/workspace";
import { couldNotStart, type RunOutcome } from "../../config/run-outcome.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { printable } from "../lint-lines.ts";
import type { NodeAddress } from "./remote-options.ts";

/** Why a node did not do what it was asked. */
export interface Refusal {
  /** Whether asking otherwise could help: the question was at fault, not the node. */
  readonly isAskers: boolean;
  readonly message: string;
  /** What is wrong with what was sent, place by place. */
  readonly faults: readonly Fault[];
}

export interface Question {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Path and query. */
  readonly path: string;
  readonly json?: string;
  /** What the answer is: a list of objects, an object with these keys, or nothing. Something else may answer. */
  readonly gives: Shape;
}

export type Shape = "list" | "nothing" | readonly string[];

/** The answer as JSON; null for nothing. */
export async function askNode(
  { url, token }: NodeAddress,
  { method, path, json, gives }: Question,
): Promise<Result<unknown, Refusal>> {
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(json !== undefined && { "Content-Type": "application/json" }),
  };
  let status: number;
  let text: string;
  try {
    const body = json === undefined ? {} : { body: json };
    const answer = await fetch(url + path, { method, headers, redirect: "manual", ...body });
    status = answer.status;
    text = await answer.text();
  } catch (fault) {
    return err({ isAskers: false, message: `${url}: ${causeOf(fault)}`, faults: [] });
  }
  if (status < 200 || status >= 300) return err(refusalOf(url, status, text));
  if (gives === "nothing") return status === 204 ? ok(null) : err(strange(url));
  const value = parse(text);
  return hasShape(value, gives) ? ok(value) : err(strange(url));
}

function strange(url: string): Refusal {
  const message = `${url}: what answers there is no management plane of a node.`;
  return { isAskers: false, message, faults: [] };
}

/** Undefined where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasShape(value: unknown, shape: Exclude<Shape, "nothing">): boolean {
  const isObject = (each: unknown) => typeof each === "object" && each !== null;
  if (shape === "list") return Array.isArray(value) && value.every(isObject);
  return isObject(value) && shape.every((key) => Object.hasOwn(Object(value), key));
}

const LINES = "application/x-ndjson";

/**
 * An answer that comes line by line, each of them JSON: `tell` hears all but the last one, which is what is given.
 */
export async function askForLines(
  { url, token }: NodeAddress,
  { method, path, json }: Omit<Question, "gives">,
  tell: (line: unknown) => void,
): Promise<Result<unknown, Refusal>> {
  const headers = {
    Authorization: `Bearer ${token}`,
    Accept: LINES,
    "Content-Type": "application/json",
  };
  try {
    const body = json ?? "";
    const answer = await fetch(url + path, { method, headers, redirect: "manual", body });
    if (answer.status !== 200) return err(refusalOf(url, answer.status, await answer.text()));
    if (!answer.headers.get("content-type")?.startsWith(LINES)) return err(strange(url));
    let last: unknown = null;
    let rest = "";
    for await (const text of (answer.body ?? new ReadableStream()).pipeThrough(
      new TextDecoderStream(),
    )) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (last !== null) tell(last);
        last = parse(line) ?? null;
        if (last === null) return err(strange(url));
      }
    }
    const { kind, detail } = Object(last);
    if (kind !== "error" && rest === "" && last !== null) return ok(last);
    const why = typeof detail === "string" ? detail : "the answer was cut off";
    return err({ isAskers: false, message: `${url}: ${why}`, faults: [] });
  } catch (fault) {
    return err({ isAskers: false, message: `${url}: ${causeOf(fault)}`, faults: [] });
  }
}

/** How a command ends that the node refused. */
export function refused({ isAskers, message, faults }: Refusal): RunOutcome {
  const lines = linesOf(message, faults);
  return isAskers ? { exitCode: 2, lines } : couldNotStart(...lines);
}

/** What is said as a whole is not said again of its only place. */
function linesOf(message: string, faults: readonly Fault[]): string[] {
  const [first] = faults;
  if (first !== undefined && faults.length === 1 && message.endsWith(first.message)) {
    if (first.at === "") return [message];
    const before = message.slice(0, -first.message.length);
    return [`${before}${first.at}: ${first.message}`];
  }
  return [message, ...faults.map(({ at, message: why }) => `${at || "/"}: ${why}`)];
}

/** The cause says more than the fault that wraps it. */
function causeOf(fault: unknown): string {
  const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause : fault;
  if (!(cause instanceof Error)) return String(cause);
  // Of several addresses that were tried, the fault of all has no message.
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}

function refusalOf(url: string, status: number, text: string): Refusal {
  const { detail, faults } = readProblem(text);
  const isAskers = status >= 400 && status < 500;
  return { isAskers, message: `${url}: ${status}: ${detail ?? "no reason was given"}`, faults };
}

/** What a problem document says; nothing where it is none: something else may answer at that address. */
function readProblem(text: string): {
  readonly detail: string | null;
  readonly faults: readonly Fault[];
} {
  const { detail, errors } = Object(parse(text));
  return {
    detail: typeof detail === "string" ? printable(detail) : null,
    faults: Array.isArray(errors) ? errors.filter(isFault).map(printableFault) : [],
  };
}

/** What a node says of what it was sent may quote it, with all that moves a terminal's cursor. */
function printableFault(fault: Fault): Fault {
  const { at, code, message } = fault;
  return {
    ...fault,
    ...{ at: printable(at), code: printable(code), message: printable(message) },
  };
}

function isFault(given: unknown): given is Fault {
  const { at, code, message } = Object(given);
  return [at, code, message].every((part) => typeof part === "string");
}
