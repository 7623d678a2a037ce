// Which handler a request goes to. A dozen paths need no framework.

import { P3P_POLICY_REFERENCE, ROBOTS } from "./fixed-answers.ts";

export type Route =
  | { readonly kind: "event" }
  | { readonly kind: "document"; readonly contentType: string; readonly text: string }
  | { readonly kind: "preflight" }
  | { readonly kind: "not-found" }
  | { readonly kind: "method-not-allowed"; readonly allow: string };

const EVENT_METHODS = ["GET", "HEAD", "POST", "OPTIONS"];
const DOCUMENT_METHODS = ["GET", "HEAD", "OPTIONS"];

/** Chooses by method and path ("DCS and visitor-ID service", Endpoints at a glance). */
export function routeOf(method: string, target: string): Route {
  const queryStart = target.indexOf("?");
  const path = queryStart === -1 ? target : target.slice(0, queryStart);
  const isEvent = isEventPath(path, queryStart !== -1 && queryStart + 1 < target.length);
  if (method === "GET" && isEvent) return { kind: "event" };
  if (!EVENT_METHODS.includes(method)) return notAllowed(EVENT_METHODS);
  const document = DOCUMENTS.get(path);
  if (!isEvent && document === undefined) return { kind: "not-found" };
  if (method === "OPTIONS") return { kind: "preflight" };
  if (isEvent) return { kind: "event" };
  if (method === "POST") return notAllowed(DOCUMENT_METHODS);
  return document ?? { kind: "not-found" };
}

/** The bare path counts with a query only: one documented sample leaves `/event` out. */
function isEventPath(path: string, hasQuery: boolean): boolean {
  return path === "/event" || path === "/firstevent" || (path === "/" && hasQuery);
}

function notAllowed(methods: readonly string[]): Route {
  return { kind: "method-not-allowed", allow: methods.join(", ") };
}

const DOCUMENTS: ReadonlyMap<string, Route> = new Map([
  ["/robots.txt", { kind: "document", contentType: "text/plain", text: ROBOTS }],
  ["/w3c/p3p.xml", { kind: "document", contentType: "text/xml", text: P3P_POLICY_REFERENCE }],
]);
