// What goes back, before it is HTTP.

import type { EventError } from "@dunlin/contract/errors";
import type { SyncEntry } from "../delivery/id-syncs.ts";
import type { AnswerForm } from "./parse/parse.ts";

export interface EventReply {
  readonly status: number;
  readonly form: AnswerForm["kind"] | "page";
  /** One octet a character; "" for the pixel, whose bytes are always the same. */
  readonly body: string;
  /** The transaction's ID, also in the body. */
  readonly transactionId: string;
  readonly errors: readonly EventError[];
  /** Whole `Set-Cookie` lines. */
  readonly cookies: readonly string[];
  /** Of the definitions that answered. */
  readonly revision: number;
  /** Where a redirect leads. */
  readonly location?: string;
  /** When a caller that comes too often may come again. */
  readonly retryAfterSeconds?: number;
}

/** An answer's object in the order and the spelling of the wire. */
export interface AnswerBody {
  readonly dests?: readonly object[];
  readonly stuff?: readonly object[];
  readonly uuid?: string;
  readonly u?: string;
  readonly dcs_region: number;
  readonly tid: string;
  readonly traits?: readonly number[];
  readonly segments?: readonly number[];
  readonly ibs?: readonly SyncEntry[];
  readonly errors?: readonly EventError[];
}

/**
 * The body's text in the form that the caller wants. Everything beyond printable ASCII, and what could
 * end a script or open an entity, is escaped: one octet a character, and safe wherever it is pasted.
 */
export function writeBody(form: AnswerForm, body: object): string {
  switch (form.kind) {
    case "pixel":
    case "empty":
      return "";
    case "json":
      return escapeJson(JSON.stringify(body));
    case "jsonp":
      return `${form.callback}(${escapeJson(JSON.stringify(body))})`;
  }
}

const UNSAFE = /[<>&\u007f-\uffff]/;
const EVERY_UNSAFE = /[<>&\u007f-\uffff]/g;

function escapeJson(json: string): string {
  if (!UNSAFE.test(json)) return json;
  return json.replace(
    EVERY_UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
