// One question to a running node's management plane, and what became of it.

import type { Fault } from "@dunlin/contract/workspace";
import { couldNotStart, type RunOutcome } from "../../config/run-outcome.ts";
import { err, ok, type Result } from "../../model/result.ts";
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
}

/** The text of the answer. */
export async function askNode(
  { url, token }: NodeAddress,
  { method, path, json }: Question,
): Promise<Result<string, Refusal>> {
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(json !== undefined && { "Content-Type": "application/json" }),
  };
  let status: number;
  let text: string;
  try {
    const body = json === undefined ? {} : { body: json };
    const answer = await fetch(url + path, { method, headers, ...body });
    status = answer.status;
    text = await answer.text();
  } catch (fault) {
    return err({ isAskers: false, message: `${url}: ${causeOf(fault)}`, faults: [] });
  }
  return status >= 200 && status < 300 ? ok(text) : err(refusalOf(url, status, text));
}

/**
 * An answer that comes line by line, each of them JSON: `tell` hears all but the last one, which is what is given.
 */
export async function askForLines(
  { url, token }: NodeAddress,
  { method, path, json }: Question,
  tell: (line: unknown) => void,
): Promise<Result<unknown, Refusal>> {
  const headers = {
    Authorization: `Bearer ${token}`,
    Accept: "application/x-ndjson",
    "Content-Type": "application/json",
  };
  try {
    const answer = await fetch(url + path, { method, headers, body: json ?? "" });
    if (answer.status !== 200) return err(refusalOf(url, answer.status, await answer.text()));
    let last: unknown = null;
    let rest = "";
    for await (const text of (answer.body ?? new ReadableStream()).pipeThrough(
      new TextDecoderStream(),
    )) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (last !== null) tell(last);
        last = JSON.parse(line);
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
  const lines = [message, ...faults.map(({ at, message: why }) => `${at || "/"}: ${why}`)];
  return isAskers ? { exitCode: 2, lines } : couldNotStart(...lines);
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
  try {
    const problem: unknown = JSON.parse(text);
    const { detail, errors } = Object(problem);
    return {
      detail: typeof detail === "string" ? detail : null,
      faults: Array.isArray(errors) ? errors.filter(isFault) : [],
    };
  } catch {
    return { detail: null, faults: [] };
  }
}

function isFault(given: unknown): given is Fault {
  const { at, code, message } = Object(given);
  return [at, code, message].every((part) => typeof part === "string");
}
