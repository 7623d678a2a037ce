// An answer of the protocol to one of HTTP: which headers it has, and which bytes.

import type { EventReply } from "../../event/reply.ts";
import { COMMON_HEADERS, PIXEL, STRICT_TRANSPORT } from "./fixed-answers.ts";
import { syncPage } from "./sync-page/sync-page.ts";
import { headerLine, type WireAnswer } from "./wire/wire-server.ts";

/** What an answer's headers need to know of its request and of the node. */
export interface ReplyContext {
  readonly origin: string | undefined;
  readonly secure: boolean;
  readonly firstHeaders: FirstHeaders;
  /** The platform's, for the page that lives on it. */
  readonly domain: string;
  readonly durationMs: number;
}

/** The headers with which every answer of a node begins, up to where they say how long it took. */
export class FirstHeaders {
  readonly #nodeName: string;
  #revision = Number.NaN;
  #text = "";

  constructor(nodeName: string) {
    this.#nodeName = nodeName;
  }

  /** Made anew only when the definitions have changed. */
  of(revision: number): string {
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#text =
        COMMON_HEADERS + headerLine("DCS", `${this.#nodeName} r${revision} `).slice(0, -2);
    }
    return this.#text;
  }
}

const PIXEL_OCTETS = PIXEL.toString("latin1");

const CONTENT_TYPES = {
  json: "Content-Type: application/json;charset=utf-8\r\n",
  jsonp: "Content-Type: application/javascript;charset=utf-8\r\n",
  pixel: "Content-Type: image/gif\r\n",
  empty: "",
  page: "Content-Type: text/html;charset=utf-8\r\n",
} as const satisfies Record<EventReply["form"], string>;

/** The answer to a call. */
export function describeReply(reply: EventReply, context: ReplyContext): WireAnswer {
  return describeAnswer(context, {
    status: reply.status,
    body: bodyOf(reply, context),
    transactionId: reply.transactionId,
    revision: reply.revision,
    extra: CONTENT_TYPES[reply.form] + extraHeaders(reply),
  });
}

/** Of some forms the bytes are always the same. */
function bodyOf({ form, body }: EventReply, { domain }: ReplyContext): string {
  if (form === "pixel") return PIXEL_OCTETS;
  return form === "page" ? syncPage(domain) : body;
}

/** An answer beside those to calls: a document, a refusal of HTTP's own. */
export interface PlainAnswer {
  readonly status: number;
  /** One octet a character. */
  readonly body: string;
  readonly transactionId: string;
  readonly revision: number;
  /** Lines of headers beside those that every answer has. */
  readonly extra: string;
}

/** Any answer, with the headers that all of them have. */
export function describeAnswer(context: ReplyContext, answer: PlainAnswer): WireAnswer {
  const first = context.firstHeaders.of(answer.revision);
  const milliseconds = Math.round(context.durationMs);
  // The transaction's ID is of our own making: its line needs no look.
  let headers = `${first}${milliseconds} ms\r\nX-TID: ${answer.transactionId}\r\n`;
  if (context.secure) headers += STRICT_TRANSPORT;
  if (context.origin !== undefined) headers += crossOriginHeaders(context.origin);
  return { status: answer.status, headers: headers + answer.extra, body: answer.body };
}

/** Any origin may read an answer, with credentials: what it may do is decided by the partner's rules. */
function crossOriginHeaders(origin: string): string {
  return `${headerLine("Access-Control-Allow-Origin", origin)}Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n`;
}

function extraHeaders(reply: EventReply): string {
  let headers = errorHeader(reply);
  for (const line of reply.cookies) headers += headerLine("Set-Cookie", line);
  if (reply.location !== undefined) headers += headerLine("Location", reply.location);
  if (reply.retryAfterSeconds !== undefined) {
    headers += headerLine("Retry-After", String(reply.retryAfterSeconds));
  }
  return headers;
}

/** Each code once, in the order in which they were raised. */
function errorHeader({ errors }: EventReply): string {
  if (errors.length === 0) return "";
  return headerLine("X-Error", [...new Set(errors.map((error) => error.code))].join(","));
}
