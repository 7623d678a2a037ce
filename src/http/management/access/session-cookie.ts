// The cookie that holds a session, and what shows that a call with it comes from our own pages. The name with
// `__Host-` makes browsers insist that only this host set it, and only over TLS; on a developer's own machine,
// where there is no TLS, it goes without.

import type { FastifyReply, FastifyRequest } from "fastify";
import { isCsrfTokenOf } from "../../../access/sign-in/sessions.ts";

const NAME = "__Host-dunlin-session";
const NAME_WITHOUT_TLS = "dunlin-session";
const ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Strict";
const LOOPBACK = /^(?:localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?$/i;

export function setCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.header("set-cookie", cookieText(request, secret));
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("set-cookie", `${cookieText(request, "")}; Max-Age=0`);
}

/** What the cookie of the session holds; null where there is none. */
export function sessionSecret(request: FastifyRequest): string | null {
  const name = cookieName(request);
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && value !== "") return value;
  }
  return null;
}

const READING = new Set(["GET", "HEAD"]);

/** Whether a call by cookie is one that our own pages made, or changes nothing. */
export function isOwnCall(request: FastifyRequest, secret: string): boolean {
  if (READING.has(request.method)) return true;
  const { origin, "sec-fetch-site": site, "x-csrf-token": token } = request.headers;
  if (origin === undefined && site === undefined) return false;
  return comesFromHere(request) && typeof token === "string" && isCsrfTokenOf(secret, token);
}

/** False where a browser says that another site's page makes the call. */
export function comesFromHere(request: FastifyRequest): boolean {
  const { origin, host, "sec-fetch-site": site } = request.headers;
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return origin === undefined || URL.parse(origin)?.host === host?.toLowerCase();
}

function cookieText(request: FastifyRequest, value: string): string {
  const name = cookieName(request);
  const security = name === NAME ? "; Secure" : "";
  return `${name}=${value}${ATTRIBUTES}${security}`;
}

function cookieName(request: FastifyRequest): string {
  return isWithoutTls(request) ? NAME_WITHOUT_TLS : NAME;
}

/** Whether it is a call on a developer's own machine. A proxy in front has TLS, or ought to. */
export function isWithoutTls({ headers }: FastifyRequest): boolean {
  const isForwarded =
    headers["x-forwarded-proto"] ?? headers["x-forwarded-for"] ?? headers.forwarded;
  return isForwarded === undefined && LOOPBACK.test(headers.host ?? "");
}
