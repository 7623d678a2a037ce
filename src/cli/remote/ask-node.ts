// One question to a running node's management plane, and what became of it.

import type { Fault } from "@dunlin/contract/workspace";
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
  readonly method: "GET" | "PUT";
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
  return status === 200 ? ok(text) : err(refusalOf(url, status, text));
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
