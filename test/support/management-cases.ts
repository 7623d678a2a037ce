// Calls of the management API as cases: what is sent, which status is answered, and what the answer holds, with
// the operators of vectors. A case is a sentence and its steps; steps name what they found for those that follow.
//
//     {"call": "POST /v1/traits/", "body": {…}, "status": 201, "holds": {"ttl": 120}, "as": {"trait": "sid"}}
//     {"call": "GET /v1/traits/{trait}", "status": 200}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { call, type RunningNode } from "./start-node.ts";
import { mismatches } from "./vector-matcher.ts";

export interface ManagementCase {
  readonly name: string;
  readonly steps: readonly ManagementStep[];
}

export interface ManagementStep {
  readonly call: string;
  readonly body?: unknown;
  /** More headers, such as If-Match. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the answer holds, among others. */
  readonly holds?: unknown;
  /** The answer and nothing else. */
  readonly is?: unknown;
  /** Names for what lies in the answer: a key, `etag`, or `*` for the whole of it. */
  readonly as?: Readonly<Record<string, string>>;
}

export function readCases(name: string): readonly ManagementCase[] {
  const path = new URL(`../../cases/management/${name}.json`, import.meta.url);
  // Cases are written by us; a wrong one fails its test.
  return JSON.parse(readFileSync(path, "utf8")) as ManagementCase[];
}

export function testCases(cases: readonly ManagementCase[], node: () => RunningNode): void {
  for (const { name, steps } of cases) {
    test(name, async () => {
      const found = new Map<string, unknown>();
      for (const step of steps) await takeStep(node(), step, found);
    });
  }
}

async function takeStep(
  { manageUrl, token }: RunningNode,
  step: ManagementStep,
  found: Map<string, unknown>,
): Promise<void> {
  const { call: line, body, headers = {}, status, as = {} } = step;
  const [method = "", ...rest] = String(fill(line, found)).split(" ");
  const answer = await call(manageUrl, rest.join(" "), {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
      // Headers stay texts.
      ...(fill(headers, found) as Record<string, string>),
    },
    ...(body !== undefined && { body: JSON.stringify(fill(body, found)) }),
  });
  assert.equal(answer.status, status, `${line}: ${answer.text}`);
  const value: unknown = answer.text === "" ? null : JSON.parse(answer.text);
  if ("holds" in step) assert.deepEqual(mismatches(value, fill(step.holds, found)), [], line);
  if ("is" in step) assert.deepEqual(value, fill(step.is, found), line);
  for (const [name, key] of Object.entries(as)) {
    if (key === "etag") found.set(name, answer.headers["etag"]);
    else found.set(name, key === "*" ? value : Reflect.get(Object(value), key));
  }
}

/** A text that is one name becomes what it stands for; inside a longer text it is written out. */
function fill(value: unknown, found: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === "string") {
    const whole = /^\{(\w+)\}$/.exec(value)?.[1];
    if (whole !== undefined && found.has(whole)) return found.get(whole);
    return value.replace(/\{(\w+)\}/g, (text, name) =>
      found.has(name) ? String(found.get(name)) : text,
    );
  }
  if (Array.isArray(value)) return value.map((each) => fill(each, found));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, found)]));
}
