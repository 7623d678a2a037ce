// Calls of the management API as cases: what is sent, which status is answered, and what the answer holds, with
// the operators of vectors. A case is a sentence and its steps; steps name what they found for those that follow.
//
//     {"call": "POST /v1/traits/", "body": {…}, "status": 201, "holds": {"ttl": 120}, "as": {"trait": "sid"}}
//     {"call": "GET /v1/traits/{trait}", "status": 200}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { HttpAnswer } from "./http-call.ts";
import { call, type RunningNode } from "./start-node.ts";
import { mismatches } from "./vector-matcher.ts";

export interface ManagementCase {
  readonly name: string;
  readonly steps: readonly ManagementStep[];
}

export interface ManagementStep {
  readonly call: string;
  readonly body?: unknown;
  /** In place of a body: its text as it is sent, as JSON unless the headers say otherwise. */
  readonly raw?: string;
  /** More headers, such as If-Match. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the answer holds, among others. */
  readonly holds?: unknown;
  /** The answer and nothing else. */
  readonly is?: unknown;
  /** Headers of the answer, each as a pattern. */
  readonly answers?: Readonly<Record<string, string>>;
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
  const { call: line, body, raw, headers = {}, status, as = {}, answers = {} } = step;
  const [method = "", ...rest] = String(fill(line, found)).split(" ");
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(fill(body, found)));
  const answer = await call(manageUrl, rest.join(" "), {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(text !== undefined && { "Content-Type": "application/json" }),
      // Headers stay texts.
      ...(fill(headers, found) as Record<string, string>),
    },
    ...(text !== undefined && { body: text }),
  });
  assert.equal(answer.status, status, `${line}: ${answer.text}`);
  const value: unknown = answer.text === "" ? null : JSON.parse(answer.text);
  checkForm(line, answer, value);
  for (const [name, key] of Object.entries(as)) {
    if (key === "etag") found.set(name, answer.headers["etag"]);
    else found.set(name, key === "*" ? value : Reflect.get(Object(value), key));
  }
  if ("holds" in step) assert.deepEqual(mismatches(value, fill(step.holds, found)), [], line);
  if ("is" in step) assert.deepEqual(mismatches(value, fill(step.is, found)), [], line);
  if ("is" in step) assert.deepEqual(keysOf(value), keysOf(fill(step.is, found)), line);
  for (const [name, pattern] of Object.entries(answers)) {
    assert.match(String(answer.headers[name]), new RegExp(String(fill(pattern, found))), line);
  }
}

/** What holds of every answer: nothing with 204 and 304, JSON else, and refusals have their own form. */
function checkForm(line: string, { status, text, headers }: HttpAnswer, value: unknown): void {
  if (status === 204 || status === 304) {
    assert.equal(text, "", line);
    assert.equal(headers["content-type"], undefined, line);
    return;
  }
  // The one refusal that is documented to be something else: the traits that name a model.
  const isPlain = status < 400 || (line.startsWith("DELETE /v1/models/") && Array.isArray(value));
  const type = isPlain ? "application/json; charset=utf-8" : "application/problem+json";
  assert.equal(headers["content-type"], type, line);
  if (isPlain) return;
  const { type: kind, title, status: said, detail, error, requestId } = Object(value);
  assert.deepEqual([kind, said], ["about:blank", status], line);
  for (const word of [title, detail, error, requestId]) assert.equal(typeof word, "string", line);
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value).sort() : [];
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
