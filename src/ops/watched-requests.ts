// Requests of the management plane, counted by what Node says of its own HTTP servers: the process of the primary has
// no other. The collection plane has a reader of its own, of which Node says nothing here.

import { subscribe } from "node:diagnostics_channel";
import { performance } from "node:perf_hooks";

const BEGUN = "http.server.request.start";
const ANSWERED = "http.server.response.finish";

/** Who counts. */
export interface RequestCounts {
  requestAnswered(status: number, durationMs: number): void;
}

/** To be called once a process: it listens for good. */
export function countHttpRequests(counts: RequestCounts): void {
  const begunAt = new WeakMap<object, number>();
  // The forms that Node documents for these channels.
  subscribe(BEGUN, (message) => {
    const { request } = message as { readonly request: object };
    begunAt.set(request, performance.now());
  });
  subscribe(ANSWERED, (message) => {
    const { request, response } = message as {
      readonly request: object;
      readonly response: { readonly statusCode: number };
    };
    const began = begunAt.get(request);
    if (began !== undefined) counts.requestAnswered(response.statusCode, performance.now() - began);
  });
}
