// From the bytes of a request to an `EventCall`, or to error 311.

import { type EventError, eventError } from "@dunlin/contract/errors";
import { err, ok, type Result } from "../../model/result.ts";
import { readSyncTarget } from "../id-sync/sync-path.ts";
import { findBadPercent } from "../percent.ts";
import { type ControlParameters, FirstValues, nameControl } from "./control.ts";
import { type CallHeaders, readHeaders } from "./headers.ts";
import { Parameters } from "./parameters.ts";
import type { RawCall } from "./raw-call.ts";

/** Octets of path and query that a call may have; the query of a POST obeys it too. */
export const MAX_TARGET_BYTES = 8192;
/** Octets of a POST's body. */
export const MAX_BODY_BYTES = 32_768;
/** Characters of a JSONP callback. */
const MAX_CALLBACK_CHARACTERS = 128;

/** What a call asks for; each has its own way to be read and answered. */
export type CallKind = "event" | "id" | "sync" | "opt-out" | "page";

/** In which form the caller wants the answer. */
export type AnswerForm =
  | { readonly kind: "empty" }
  | { readonly kind: "pixel" }
  | { readonly kind: "json" }
  | { readonly kind: "jsonp"; readonly callback: string };

const EMPTY: AnswerForm = { kind: "empty" };
const PIXEL: AnswerForm = { kind: "pixel" };
const JSON_OBJECT: AnswerForm = { kind: "json" };

export interface EventCall {
  readonly parameters: Parameters;
  readonly headers: CallHeaders;
  readonly raw: RawCall;
  readonly control: ControlParameters;
  /** HEAD: the call is evaluated, nothing is stored and no cookie is set. */
  readonly readOnly: boolean;
}

/** A call that could not be read still has a form, so that a JSON caller gets JSON. */
export interface ParsedCall {
  readonly form: AnswerForm;
  /** Whether the caller wants to be told where its errors lie. */
  readonly wantsPlaces: boolean;
  readonly call: Result<EventCall, Refusal>;
}

export interface Refusal {
  readonly errors: readonly EventError[];
  /** Whether it was refused for its size, for which operators may choose an HTTP status. */
  readonly oversize: boolean;
}

/** Reads one request ("DCS and visitor-ID service", Transport, sizes, request parsing). */
export function parseCall(raw: RawCall, kind: CallKind = "event"): ParsedCall {
  const headers = readHeaders(raw.headers);
  const isLong = raw.target.length > MAX_TARGET_BYTES;
  const target = isLong ? raw.target.slice(0, MAX_TARGET_BYTES) : raw.target;
  const isSync = kind === "sync";
  const query = isSync ? (readSyncTarget(target)?.query ?? "") : target;
  const queryAt = isSync ? 0 : queryStart(target);
  const isForm = raw.body === null || raw.body === "" || isFormType(headers.contentType);
  const body = raw.body === null || !isForm ? "" : raw.body.slice(0, MAX_BODY_BYTES);

  const parameters = new Parameters();
  parameters.add(query, queryAt);
  parameters.add(body);
  const first = new FirstValues(parameters);
  const form = chooseForm(first, kind);
  const wantsPlaces = first.of("d_strict") === "1";

  const oversize = isLong || (raw.body?.length ?? 0) > MAX_BODY_BYTES;
  const isReadable =
    !oversize &&
    isForm &&
    form !== "unsafe-callback" &&
    findBadPercent(query, queryAt) === -1 &&
    findBadPercent(body) === -1;
  if (!isReadable) {
    const refusal: Refusal = { errors: [eventError(311)], oversize };
    const readableForm: AnswerForm = form === "unsafe-callback" ? JSON_OBJECT : form;
    return { form: readableForm, wantsPlaces, call: err(refusal) };
  }
  const control = nameControl(first, isSync);
  const readOnly = raw.method === "HEAD";
  return { form, wantsPlaces, call: ok({ parameters, headers, raw, control, readOnly }) };
}

function queryStart(target: string): number {
  const mark = target.indexOf("?");
  return mark === -1 ? target.length : mark + 1;
}

/** The visitor ID service answers in JSON, asked or not; a sync and a page have nothing to say. */
function chooseForm(first: FirstValues, kind: CallKind): AnswerForm | "unsafe-callback" {
  if (kind === "sync" || kind === "page") return EMPTY;
  if (kind !== "id" && first.of("d_rtbd") !== "json") return PIXEL;
  const callback = first.of("d_cb");
  if (callback === undefined || kind === "opt-out") return JSON_OBJECT;
  return isSafeCallback(callback) ? { kind: "jsonp", callback } : "unsafe-callback";
}

/** Real callback names include `s_c_il[0]._setMarketingCloudFields`. */
const CALLBACK = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*|\[\d{1,6}\])*$/;

export function isSafeCallback(name: string): boolean {
  return name.length <= MAX_CALLBACK_CHARACTERS && CALLBACK.test(name);
}

/** Form data, `sendBeacon`'s text, or nothing said at all. */
export function isFormType(contentType: string | null): boolean {
  if (contentType === null) return true;
  const [type = ""] = contentType.split(";", 1);
  const name = type.trim().toLowerCase();
  return name === "" || name === "application/x-www-form-urlencoded" || name === "text/plain";
}

const SECOND_LEG = "/firstevent";

/** Whether this is the call after a cookie test: a browser that still has no cookie refuses them. */
export function isSecondLeg(raw: RawCall): boolean {
  const { target } = raw;
  if (!target.startsWith(SECOND_LEG)) return false;
  return target.length === SECOND_LEG.length || target[SECOND_LEG.length] === "?";
}
