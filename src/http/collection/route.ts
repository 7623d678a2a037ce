// Which handler a request goes to. A dozen paths need no framework.

import { P3P_POLICY_REFERENCE, ROBOTS } from "./fixed-answers.ts";

export type Route = CallRoute | PlainRoute;

/** Calls that the protocol answers. */
export interface CallRoute {
  readonly kind: "event" | "id" | "opt-out-status" | "sync" | "sync-page" | "opt-out" | "opt-in";
}

export type PlainRoute =
  | { readonly kind: "document"; readonly contentType: string; readonly text: string }
  | { readonly kind: "preflight" }
  | { readonly kind: "not-found" }
  | { readonly kind: "method-not-allowed"; readonly allow: string };

const EVENT_METHODS = ["GET", "HEAD", "POST", "OPTIONS"];
const OTHER_METHODS = ["GET", "HEAD", "OPTIONS"];
const EVENT: CallRoute = { kind: "event" };

/**
 * Chooses by method and path ("DCS and visitor-ID service", Endpoints at a glance). `allowsOptIn`:
 * whether the workspace has turned the way back from an opt-out on.
 */
export function routeOf(method: string, target: string, allowsOptIn: boolean): Route {
  const queryStart = target.indexOf("?");
  const path = queryStart === -1 ? target : target.slice(0, queryStart);
  const isEvent = isEventPath(path, queryStart !== -1 && queryStart + 1 < target.length);
  if (method === "GET" && isEvent) return EVENT;
  if (!EVENT_METHODS.includes(method)) return notAllowed(EVENT_METHODS);
  const route = isEvent ? EVENT : otherRoute(path, allowsOptIn);
  if (route.kind === "not-found") return route;
  if (method === "OPTIONS") return { kind: "preflight" };
  if (method === "POST" && !isEvent) return notAllowed(OTHER_METHODS);
  return route;
}

/** Whether a route leads to an answer of the protocol. */
export function isCallRoute(route: Route): route is CallRoute {
  return CALL_KINDS.has(route.kind);
}

const CALL_KINDS: ReadonlySet<string> = new Set<CallRoute["kind"]>([
  ...(["event", "id", "opt-out-status", "sync", "sync-page", "opt-out", "opt-in"] as const),
]);

/** The bare path counts with a query only: one documented sample leaves `/event` out. */
function isEventPath(path: string, hasQuery: boolean): boolean {
  return path === "/event" || path === "/firstevent" || (path === "/" && hasQuery);
}

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/id", { kind: "id" }],
  ["/id/rd", { kind: "id" }],
  ["/optOutStatus", { kind: "opt-out-status" }],
  ["/demconf.jpg", { kind: "sync" }],
  ["/dest5.html", { kind: "sync-page" }],
  ["/demoptout", { kind: "opt-out" }],
  ["/demoptout.jpg", { kind: "opt-out" }],
  ["/robots.txt", { kind: "document", contentType: "text/plain", text: ROBOTS }],
  ["/w3c/p3p.xml", { kind: "document", contentType: "text/xml", text: P3P_POLICY_REFERENCE }],
]);

function otherRoute(path: string, allowsOptIn: boolean): Route {
  if (path.startsWith("/ibs:")) return { kind: "sync" };
  if (path === "/demoptin" || path === "/demoptin.jpg") {
    return allowsOptIn ? { kind: "opt-in" } : { kind: "not-found" };
  }
  return ROUTES.get(path) ?? { kind: "not-found" };
}

function notAllowed(methods: readonly string[]): Route {
  return { kind: "method-not-allowed", allow: methods.join(", ") };
}
