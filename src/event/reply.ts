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

/** An answer's object in the order and the spelling of the wire; what is undefined is left out. */
export interface AnswerBody {
  readonly dests?: readonly object[] | undefined;
  readonly stuff: readonly object[];
  /** An ID of digits, as in `u`. */
  readonly uuid: string;
  readonly u?: string | undefined;
  readonly dcs_region: number;
  /** Of signs that JSON writes as they are. */
  readonly tid: string;
  readonly traits?: readonly number[] | undefined;
  readonly segments?: readonly number[] | undefined;
  readonly ibs?: readonly SyncEntry[] | undefined;
  readonly errors?: readonly EventError[] | undefined;
}

/**
 * The body's text in the form that the caller wants. Everything beyond printable ASCII, and what could
 * end a script or open an entity, is escaped: one octet a character, and safe wherever it is pasted.
 */
export function writeBody(form: AnswerForm, body: object): string {
  if (form.kind === "pixel" || form.kind === "empty") return "";
  return inForm(form, safeJson(body));
}

/** The same text for the answer that most calls get, without looking at what is always safe. */
export function writeAnswerBody(form: AnswerForm, body: AnswerBody): string {
  const { dests, stuff, uuid, u, dcs_region, tid, traits, segments, ibs, errors } = body;
  const begin = dests === undefined ? "{" : `{"dests":${safeJson(dests)},`;
  let json = `${begin}"stuff":${stuff.length === 0 ? "[]" : safeJson(stuff)},"uuid":"${uuid}"`;
  if (u !== undefined) json += `,"u":"${u}"`;
  json += `,"dcs_region":${dcs_region},"tid":"${tid}"`;
  if (traits !== undefined) json += `,"traits":${JSON.stringify(traits)}`;
  if (segments !== undefined) json += `,"segments":${JSON.stringify(segments)}`;
  if (ibs !== undefined) json += `,"ibs":${safeJson(ibs)}`;
  if (errors !== undefined) json += `,"errors":${safeJson(errors)}`;
  return inForm(form, `${json}}`);
}

function inForm(form: AnswerForm, json: string): string {
  return form.kind === "jsonp" ? `${form.callback}(${json})` : json;
}

const UNSAFE = /[<>&\u007f-\uffff]/;
const EVERY_UNSAFE = /[<>&\u007f-\uffff]/g;

function safeJson(value: object): string {
  const json = JSON.stringify(value);
  if (!UNSAFE.test(json)) return json;
  return json.replace(
    EVERY_UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
