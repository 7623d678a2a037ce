// The collection plane: `node:http` with a handler of our own. Hostile traffic ends here: whatever comes
// in, the answer is one of a few known shapes, and nothing that a caller sent can end the process.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, ListenOptions, Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { RawCall } from "../../event/parse/raw-call.ts";
import type { EventReply } from "../../event/reply.ts";
import type { EventWorld } from "../../event/world.ts";
import { answerCall } from "./answer-call.ts";
import { readTrustedProxies, type TrustedProxies } from "./forwarded.ts";
import { describeCall, headerOf, isCutOff, readCall } from "./read-call.ts";
import { type CallRoute, isCallRoute, type PlainRoute, routeOf } from "./route.ts";
import { type PlainAnswer, type ReplyContext, writeAnswer, writeReply } from "./write-reply.ts";

export interface CollectionServerOptions {
  readonly world: EventWorld;
  /** Shown in the `DCS` header of each answer. */
  readonly nodeName: string;
  /** CIDR blocks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Whether other processes listen on the same port, and the kernel deals connections out to them. */
  readonly sharesPort?: boolean;
  /** Told of each call after its answer has left; must not throw. */
  onCall(record: CallRecord): void;
}

/** What may be counted of a call: nothing in it comes from the caller's own text. */
export interface CallRecord {
  readonly endpoint: CallRoute["kind"] | "other";
  readonly form: EventReply["form"];
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

/** Octets of a request's line and headers. Above the protocol's own limit, so that ours is the one that answers. */
const MAX_HEADER_BYTES = 65_536;
/** How long a client may take to send its headers, and all of its request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How long an idle connection is kept: longer than the usual proxy in front keeps its own. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How long a drained server waits for calls under way before it cuts their connections. */
const DRAIN_TIMEOUT_MS = 5_000;

export function buildCollectionServer(options: CollectionServerOptions): CollectionServer {
  const plane: Plane = {
    options,
    trusted: readTrustedProxies(options.trustedProxies),
    isDraining: false,
  };
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      // A call without a host has an answer of its own: error 100.
      requireHostHeader: false,
    },
    (request, response) => {
      const exchange = new Exchange(plane, request, response);
      serve(exchange).catch((fault) => {
        options.world.reportFault("write", fault);
        response.destroy();
      });
    },
  );
  server.on("clientError", answerUnreadable);
  return {
    listen: (host, port) => listen(server, { host, port, reusePort: options.sharesPort ?? false }),
    drain: () => {
      plane.isDraining = true;
      return drain(server);
    },
  };
}

interface Plane {
  readonly options: CollectionServerOptions;
  readonly trusted: TrustedProxies;
  isDraining: boolean;
}

/** One request and its answer under way. */
class Exchange {
  readonly plane: Plane;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #startedMs = performance.now();

  constructor(plane: Plane, request: IncomingMessage, response: ServerResponse) {
    this.plane = plane;
    this.request = request;
    this.response = response;
  }

  context(call: RawCall): ReplyContext {
    return {
      origin: headerOf(call.headers, "origin"),
      secure: call.secure,
      nodeName: this.plane.options.nodeName,
      domain: this.plane.options.world.domain,
      durationMs: this.durationMs(),
      closes: this.plane.isDraining || isCutOff(call),
    };
  }

  durationMs(): number {
    return performance.now() - this.#startedMs;
  }
}

async function serve(exchange: Exchange): Promise<void> {
  const { request, plane } = exchange;
  const { world } = plane.options;
  const { demoptin } = world.catalog().settings;
  const route = routeOf(request.method ?? "", request.url ?? "", demoptin);
  if (!isCallRoute(route)) {
    writeBeside(exchange, route);
    return;
  }
  const call = await readCall(request, plane.trusted);
  if (call === null) return;
  const reply = await answerCall(world, route, call);
  writeReply(exchange.response, reply, exchange.context(call));
  record(exchange, route.kind, reply);
}

function writeBeside(exchange: Exchange, route: PlainRoute): void {
  const { options, trusted } = exchange.plane;
  const call = describeCall(exchange.request, trusted, null);
  const answer: PlainAnswer = {
    ...describeRoute(route, call.headers),
    transactionId: options.world.newTransactionId(),
    revision: options.world.catalog().revision,
  };
  writeAnswer(exchange.response, exchange.context(call), answer);
  record(exchange, "other", { form: "empty", status: answer.status, errors: [] });
}

type Described = Pick<PlainAnswer, "status" | "contentType" | "body" | "extra">;

function describeRoute(route: PlainRoute, headers: readonly string[]): Described {
  switch (route.kind) {
    case "document":
      return { status: 200, contentType: route.contentType, body: route.text, extra: [] };
    case "preflight":
      return { status: 204, contentType: null, body: "", extra: preflightHeaders(headers) };
    case "not-found":
      return { status: 404, contentType: null, body: "", extra: [] };
    case "method-not-allowed":
      return { status: 405, contentType: null, body: "", extra: ["Allow", route.allow] };
  }
}

/** Only to a caller with an origin: to others there is nothing to allow. */
function preflightHeaders(headers: readonly string[]): string[] {
  if (headerOf(headers, "origin") === undefined) return [];
  const asked = headerOf(headers, "access-control-request-headers");
  return [
    "Access-Control-Allow-Methods",
    "GET, POST, OPTIONS",
    ...(asked === undefined ? [] : ["Access-Control-Allow-Headers", asked]),
    "Access-Control-Max-Age",
    "86400",
  ];
}

function record(
  exchange: Exchange,
  endpoint: CallRecord["endpoint"],
  { form, status, errors }: Pick<EventReply, "form" | "status" | "errors">,
): void {
  const errorCodes = errors.map((error) => error.code);
  const durationMs = exchange.durationMs();
  exchange.plane.options.onCall({ endpoint, form, status, errorCodes, durationMs });
}

/** What is no HTTP gets a bare status and nothing of ours; the connection cannot be used again. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  const isTooLarge = error.code === "HPE_HEADER_OVERFLOW";
  if (socket.writable) {
    const status = isTooLarge ? "431 Request Header Fields Too Large" : "400 Bad Request";
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }
  socket.destroySoon();
}

function listen(server: Server, address: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      // A server that listens on TCP has an address of this form; null and text are for pipes.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
