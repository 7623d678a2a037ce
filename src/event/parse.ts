// From the bytes of a request to an `EventCall`, or to error 311. The wire's spellings of control
// parameters end here and in `answer.ts`.

import { type EventError, eventError } from "@dunlin/contract/errors";
import { err, ok, type Result } from "../model/result.ts";
import { type CallHeaders, readHeaders } from "./headers.ts";
import { Parameters } from "./parameters.ts";
import { findBadPercent } from "./percent.ts";
import type { RawCall } from "./raw-call.ts";

/** Octets of path and query that a call may have; the query of a POST obeys it too. */
export const MAX_TARGET_BYTES = 8192;
/** Octets of a POST's body. */
export const MAX_BODY_BYTES = 32_768;
/** Characters of a JSONP callback. */
const MAX_CALLBACK_CHARACTERS = 128;

/** In which form the caller wants the answer. */
export type AnswerForm =
  | { readonly kind: "pixel" }
  | { readonly kind: "json" }
  | { readonly kind: "jsonp"; readonly callback: string };

export interface EventCall {
  readonly parameters: Parameters;
  readonly headers: CallHeaders;
  readonly raw: RawCall;
  readonly control: ControlParameters;
  /** HEAD: the call is evaluated, nothing is stored and no cookie is set. */
  readonly readOnly: boolean;
}

/** What the control parameters say; of a single-valued one given twice the first counts. */
export interface ControlParameters {
  /** `d_uuid`, null when absent or empty; so for the next two. */
  readonly device: string | null;
  readonly mid: string | null;
  readonly orgId: string | null;
  /** `d_sid` and its synonym, as they came: lists of trait IDs. */
  readonly directTraits: readonly string[];
  /** `d_tdpid`: rules of this data source only. */
  readonly onlyDataSource: string | null;
  /** `d_tdpid_ic`: the same by integration code. */
  readonly onlyDataSourceCode: string | null;
  /** `d_cts`: which kind of segment IDs the caller wants beside the traits. */
  readonly memberships: "legacy" | "sid" | null;
  readonly wantsUrls: boolean;
  readonly platform: "browser" | "android" | "ios" | "all";
  readonly childProtection: boolean;
  readonly gdpr: "0" | "1";
  readonly gdprConsent: string;
}

/** A call that could not be read still has a form, so that a JSON caller gets JSON. */
export interface ParsedCall {
  readonly form: AnswerForm;
  readonly call: Result<EventCall, Refusal>;
}

export interface Refusal {
  readonly errors: readonly EventError[];
  /** Whether it was refused for its size, for which operators may choose an HTTP status. */
  readonly oversize: boolean;
}

/** Reads one request to an event path ("DCS and visitor-ID service", Transport, sizes, request parsing). */
export function parseCall(raw: RawCall): ParsedCall {
  const headers = readHeaders(raw.headers);
  const queryStart = raw.target.indexOf("?");
  const query = queryStart === -1 ? "" : raw.target.slice(queryStart + 1, MAX_TARGET_BYTES);
  const isForm = raw.body === null || raw.body === "" || isFormType(headers.contentType);
  const body = raw.body === null || !isForm ? "" : raw.body.slice(0, MAX_BODY_BYTES);

  const parameters = new Parameters();
  parameters.add(query);
  parameters.add(body);
  const first = readControl(parameters);
  const form = chooseForm(first);

  const oversize = raw.target.length > MAX_TARGET_BYTES || (raw.body?.length ?? 0) > MAX_BODY_BYTES;
  const isReadable =
    !oversize &&
    isForm &&
    form !== "unsafe-callback" &&
    findBadPercent(query) === -1 &&
    findBadPercent(body) === -1;
  if (!isReadable) {
    const refusal: Refusal = { errors: [eventError(311)], oversize };
    return { form: form === "unsafe-callback" ? { kind: "json" } : form, call: err(refusal) };
  }
  const control = nameControl(first);
  const readOnly = raw.method === "HEAD";
  return { form, call: ok({ parameters, headers, raw, control, readOnly }) };
}

/** Parameters whose value steers the call. */
const CONTROL_NAMES: ReadonlySet<string> = new Set([
  "d_rtbd",
  "d_cb",
  "d_uuid",
  "d_mid",
  "d_orgid",
  "d_tdpid",
  "d_tdpid_ic",
  "d_cts",
  "d_dst",
  "d_ptfm",
  "d_coppa",
  "gdpr",
  "gdpr_consent",
]);

interface FirstValues {
  readonly values: ReadonlyMap<string, string>;
  readonly directTraits: readonly string[];
}

function readControl(parameters: Parameters): FirstValues {
  const values = new Map<string, string>();
  const directTraits: string[] = [];
  for (let i = 0; i < parameters.count; i++) {
    const name = parameters.names[i] ?? "";
    if (CONTROL_NAMES.has(name)) {
      if (!values.has(name)) values.set(name, parameters.valueAt(i));
    } else if (name === "d_sid" || name === "d_px") {
      directTraits.push(parameters.valueAt(i));
    }
  }
  return { values, directTraits };
}

function chooseForm({ values }: FirstValues): AnswerForm | "unsafe-callback" {
  if (values.get("d_rtbd") !== "json") return { kind: "pixel" };
  const callback = values.get("d_cb");
  if (callback === undefined) return { kind: "json" };
  return isSafeCallback(callback) ? { kind: "jsonp", callback } : "unsafe-callback";
}

/** Real callback names include `s_c_il[0]._setMarketingCloudFields`. */
const CALLBACK = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*|\[\d{1,6}\])*$/;

function isSafeCallback(name: string): boolean {
  return name.length <= MAX_CALLBACK_CHARACTERS && CALLBACK.test(name);
}

function nameControl({ values, directTraits }: FirstValues): ControlParameters {
  const memberships = values.get("d_cts");
  const childProtection = values.get("d_coppa");
  const gdpr = values.get("gdpr") === "1" ? "1" : "0";
  return {
    device: values.get("d_uuid") || null,
    mid: values.get("d_mid") || null,
    orgId: values.get("d_orgid") || null,
    directTraits,
    onlyDataSource: values.get("d_tdpid") ?? null,
    onlyDataSourceCode: values.get("d_tdpid_ic") ?? null,
    memberships: memberships === "1" ? "legacy" : memberships === "2" ? "sid" : null,
    wantsUrls: values.get("d_dst") === "1",
    platform: readPlatform(values.get("d_ptfm")),
    childProtection: childProtection === "true" || childProtection === "1",
    gdpr,
    gdprConsent: gdpr === "1" ? (values.get("gdpr_consent") ?? "") : "",
  };
}

function readPlatform(text: string | undefined): ControlParameters["platform"] {
  const name = text?.toLowerCase();
  return name === "ios" || name === "android" || name === "all" ? name : "browser";
}

/** Form data, `sendBeacon`'s text, or nothing said at all. */
function isFormType(contentType: string | null): boolean {
  if (contentType === null) return true;
  const [type = ""] = contentType.split(";", 1);
  const name = type.trim().toLowerCase();
  return name === "" || name === "application/x-www-form-urlencoded" || name === "text/plain";
}

/** Whether this is the call after a cookie test: a browser that still has no cookie refuses them. */
export function isSecondLeg(raw: RawCall): boolean {
  return /^\/firstevent(?:\?|$)/.test(raw.target);
}
