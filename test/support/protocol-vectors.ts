// The vectors of the wire (`cases/protocol.json`): reading them, and checking an answer against one.

import { readFileSync } from "node:fs";
import { type HttpAnswer, type HttpCall, send } from "./http-call.ts";
import { mismatches } from "./vector-matcher.ts";

export interface VectorRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ProtocolVector {
  readonly name: string;
  readonly given?: string;
  readonly needs?: string;
  readonly before?: readonly VectorRequest[];
  readonly denylist?: readonly { readonly kind: string; readonly id: string }[];
  readonly config?: {
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly partners?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  readonly request: VectorRequest;
  readonly expect: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, unknown>>;
    readonly body?: Readonly<Record<string, unknown>>;
  };
}

interface WorkspaceDocument {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly partners: readonly (Readonly<Record<string, unknown>> & { readonly pid: number })[];
}

// Both files are ours and their shape is checked by every test that reads them.
export const PROTOCOL_VECTORS = readCase<readonly ProtocolVector[]>("protocol.json");
export const PROTOCOL_WORKSPACE = readCase<WorkspaceDocument>("protocol.workspace.json");

/** The base workspace with the keys that a vector changes. */
export function workspaceOf(vector: ProtocolVector): WorkspaceDocument {
  const { settings = {}, partners = {} } = vector.config ?? {};
  return {
    ...PROTOCOL_WORKSPACE,
    settings: { ...PROTOCOL_WORKSPACE.settings, ...settings },
    partners: PROTOCOL_WORKSPACE.partners.map((partner) => ({
      ...partner,
      ...partners[String(partner.pid)],
    })),
  };
}

/** Sends a vector's request as from behind TLS; `{pad}` fills a GET's target or a POST's body. */
export function sendVector(request: VectorRequest, to: string): Promise<HttpAnswer> {
  const call: HttpCall = {
    method: request.method,
    to,
    target: fill(request.path, 8192),
    host: request.host,
    headers: { "X-Forwarded-Proto": "https", ...request.headers },
    ...(request.body === undefined ? {} : { body: fill(request.body, 32_768) }),
  };
  return send(call);
}

function fill(text: string, length: number): string {
  return text.replace("{pad}", "a".repeat(Math.max(0, length - text.length + "{pad}".length)));
}

/** What of an answer does not fit the vector. */
export function answerMismatches(answer: HttpAnswer, expected: ProtocolVector["expect"]): string[] {
  const { status, headers = {}, body } = expected;
  return [
    ...mismatches(answer.status, status, "status"),
    ...Object.entries(headers).flatMap(([name, value]) =>
      mismatches(answer.headers[name], value, `header ${name}`),
    ),
    ...(body === undefined ? [] : bodyMismatches(answer, body)),
  ];
}

function bodyMismatches(answer: HttpAnswer, expected: Readonly<Record<string, unknown>>): string[] {
  if ("$text" in expected) return mismatches(answer.text, expected["$text"], "text");
  if ("$base64" in expected) {
    return mismatches(answer.body.toString("base64"), expected["$base64"], "bytes");
  }
  return mismatches(answer.json(), expected, "body");
}

function readCase<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../cases/${name}`, import.meta.url), "utf8"));
}
