// An answer to HTTP. Headers go out as one flat list and the body as one-octet text, so that node sends
// both in a single write.

import type { ServerResponse } from "node:http";
import type { EventReply } from "../../event/reply.ts";
import { COMMON_HEADERS, PIXEL, STRICT_TRANSPORT } from "./fixed-answers.ts";
import { syncPage } from "./sync-page/sync-page.ts";

/** What an answer's headers need to know of its request and of the node. */
export interface ReplyContext {
  readonly origin: string | undefined;
  readonly secure: boolean;
  readonly nodeName: string;
  /** The platform's, for the page that lives on it. */
  readonly domain: string;
  readonly durationMs: number;
  /** Ends the connection after this answer. */
  readonly closes: boolean;
}

const PIXEL_OCTETS = PIXEL.toString("latin1");

const CONTENT_TYPES = {
  json: "application/json;charset=utf-8",
  jsonp: "application/javascript;charset=utf-8",
  pixel: "image/gif",
  empty: null,
  page: "text/html;charset=utf-8",
} as const satisfies Record<EventReply["form"], string | null>;

export function writeReply(
  response: ServerResponse,
  reply: EventReply,
  context: ReplyContext,
): void {
  const body = bodyOf(reply, context);
  writeAnswer(response, context, {
    status: reply.status,
    contentType: CONTENT_TYPES[reply.form],
    body,
    transactionId: reply.transactionId,
    revision: reply.revision,
    extra: extraHeaders(reply),
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
  readonly contentType: string | null;
  /** One octet a character. */
  readonly body: string;
  readonly transactionId: string;
  readonly revision: number;
  /** Names and values in turn. */
  readonly extra: readonly string[];
}

export function writeAnswer(
  response: ServerResponse,
  context: ReplyContext,
  answer: PlainAnswer,
): void {
  const headers = COMMON_HEADERS.slice();
  const took = Math.round(context.durationMs);
  headers.push("X-TID", answer.transactionId);
  headers.push("DCS", `${context.nodeName} r${answer.revision} ${took} ms`);
  if (answer.contentType !== null) headers.push("Content-Type", answer.contentType);
  if (answer.status !== 204) headers.push("Content-Length", String(answer.body.length));
  if (context.secure) headers.push(...STRICT_TRANSPORT);
  if (context.origin !== undefined) pushCrossOrigin(headers, context.origin);
  if (context.closes) headers.push("Connection", "close");
  for (const part of answer.extra) headers.push(part);
  response.writeHead(answer.status, headers);
  response.end(answer.body, "latin1");
}

/** Any origin may read an answer, with credentials: what it may do is decided by the partner's rules. */
function pushCrossOrigin(headers: string[], origin: string): void {
  headers.push("Access-Control-Allow-Origin", origin);
  headers.push("Access-Control-Allow-Credentials", "true");
  headers.push("Vary", "Origin");
}

function extraHeaders(reply: EventReply): readonly string[] {
  const headers = [...errorHeader(reply), ...cookieHeaders(reply)];
  if (reply.location !== undefined) headers.push("Location", reply.location);
  if (reply.retryAfterSeconds !== undefined) {
    headers.push("Retry-After", String(reply.retryAfterSeconds));
  }
  return headers;
}

/** Each code once, in the order in which they were raised. */
function errorHeader({ errors }: EventReply): string[] {
  if (errors.length === 0) return [];
  return ["X-Error", [...new Set(errors.map((error) => error.code))].join(",")];
}

function cookieHeaders({ cookies }: EventReply): string[] {
  return cookies.flatMap((line) => ["Set-Cookie", line]);
}
