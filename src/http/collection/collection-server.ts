// The collection plane: `node:http` with a handler of our own. Hostile traffic ends here.

import type { EventWorld } from "../../event/world.ts";

export interface CollectionServerOptions {
  readonly world: EventWorld;
  /** Shown in the `DCS` header of each answer. */
  readonly nodeName: string;
  /** CIDR blocks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Told of each call after its answer has left; must not throw. */
  onCall(record: CallRecord): void;
}

/** What may be counted of a call: nothing in it comes from the caller's own text. */
export interface CallRecord {
  readonly endpoint: "event" | "other";
  readonly form: "pixel" | "json" | "jsonp" | "redirect" | "empty";
  readonly status: number;
  readonly errorCodes: readonly number[];
  readonly durationMs: number;
}

export interface CollectionServer {
  /** Gives the port that was bound; 0 asks for any. */
  listen(host: string, port: number): Promise<number>;
  /** Stops accepting, answers what is under way, closes every connection. */
  drain(): Promise<void>;
}
