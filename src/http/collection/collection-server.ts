// The collection plane: an HTTP reader and a handler of our own. Hostile traffic ends here: whatever comes
// in, the answer is one of a few known shapes, and nothing that a caller sent can end the process.

import { performance } from "node:perf_hooks";
import type { RawCall } from "../../event/parse/raw-call.ts";
import type { EventReply } from "../../event/reply.ts";
import type { EventWorld } from "../../event/world.ts";
import { Admission, MAX_CALLS_UNDER_WAY, refuseOverload } from "./admission.ts";
import { answerCall } from "./answer-call.ts";
import { readTrustedProxies, type TrustedProxies } from "./forwarded.ts";
import { headerOf, readCall } from "./read-call.ts";
import { type CallRoute, isCallRoute, type PlainRoute, routeOf } from "./route.ts";
import { headerLine, type WireExchange, type WireRefusal, WireServer } from "./wire/wire-server.ts";
import {
  describeAnswer,
  describeReply,
  FirstHeaders,
  type PlainAnswer,
  type ReplyContext,
} from "./write-reply.ts";

export interface CollectionServerOptions {
  readonly world: EventWorld;
  /** Shown in the `DCS` header of each answer. */
  readonly nodeName: string;
  /** CIDR blocks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Whether other processes listen on the same port, and the kernel deals connections out to them. */
  readonly sharesPort?: boolean;
  /** Calls that may be under way at once; one too many is told so. */
  readonly maxCallsUnderWay?: number;
  /** Told of each call after its answer has left; must not throw. */
  onCall(record: CallRecord): void;
  /** Told of what could not be read as HTTP, and of answers that nobody takes; must not throw. */
  onRefusal?(kind: WireRefusal): void;
}

/** What may be counted of a call: nothing in it comes from the caller's own text. */
export interface CallRecord {
  readonly endpoint: CallRoute["kind"] | "other";
  readonly form: EventReply["form"];
  readonly status: number;
  readonly errorCodes: readonly number[];
  readonly durationMs: number;
  /** Whether the call was one too many. */
  readonly isOverload: boolean;
}

export interface CollectionServer {
  /** Gives the port that was bound; 0 asks for any. */
  listen(host: string, port: number): Promise<number>;
  /** Stops accepting, answers what is under way, closes every connection. */
  drain(): Promise<void>;
  /** Calls that have no answer yet. */
  readonly callsUnderWay: number;
}

export function buildCollectionServer(options: CollectionServerOptions): CollectionServer {
  const plane: Plane = {
    options,
    trusted: readTrustedProxies(options.trustedProxies),
    admission: new Admission(options.maxCallsUnderWay ?? MAX_CALLS_UNDER_WAY),
    firstHeaders: new FirstHeaders(options.nodeName),
  };
  const server = new WireServer({
    ...(options.onRefusal && { onRefusal: options.onRefusal }),
    onRequest: (exchange) => void serve(plane, exchange),
  });
  const reusePort = options.sharesPort ?? false;
  return {
    listen: (host, port) => server.listen({ host, port, reusePort }),
    drain: () => server.drain(),
    get callsUnderWay() {
      return plane.admission.underWay;
    },
  };
}

interface Plane {
  readonly options: CollectionServerOptions;
  readonly trusted: TrustedProxies;
  readonly admission: Admission;
  readonly firstHeaders: FirstHeaders;
}

/** Answers or aborts. Never rejects. */
async function serve(plane: Plane, exchange: WireExchange): Promise<void> {
  const startedMs = performance.now();
  const { world, onCall } = plane.options;
  let isWithin = false;
  try {
    const { method, target } = exchange.request;
    const route = routeOf(method, target, world.catalog().settings.demoptin);
    const call = readCall(exchange, plane.trusted);
    if (!isCallRoute(route)) {
      const durationMs = performance.now() - startedMs;
      onCall(answerBeside(exchange, route, contextOf(plane, call, durationMs), world));
      return;
    }
    isWithin = plane.admission.enter();
    const reply = isWithin
      ? await answerCall(world, route, call)
      : refuseOverload(world, route, call);
    const durationMs = performance.now() - startedMs;
    exchange.answer(describeReply(reply, contextOf(plane, call, durationMs)));
    onCall(recordOf(route, reply, { durationMs, isOverload: !isWithin }));
  } catch (fault) {
    world.reportFault("write", fault);
    exchange.abort();
  } finally {
    if (isWithin) plane.admission.leave();
  }
}

const NO_CODES: readonly number[] = [];

function recordOf(
  { kind }: CallRoute,
  { form, status, errors }: EventReply,
  how: Pick<CallRecord, "durationMs" | "isOverload">,
): CallRecord {
  const { durationMs, isOverload } = how;
  const errorCodes = errors.length === 0 ? NO_CODES : errors.map((error) => error.code);
  return { endpoint: kind, form, status, errorCodes, durationMs, isOverload };
}

function answerBeside(
  exchange: WireExchange,
  route: PlainRoute,
  context: ReplyContext,
  world: EventWorld,
): CallRecord {
  const described = describeRoute(route, exchange.request.headers);
  const transactionId = world.newTransactionId();
  const { revision } = world.catalog();
  exchange.answer(describeAnswer(context, { ...described, transactionId, revision }));
  const { status } = described;
  const { durationMs } = context;
  return {
    endpoint: "other",
    form: "empty",
    status,
    errorCodes: [],
    durationMs,
    isOverload: false,
  };
}

function contextOf(
  { options, firstHeaders }: Plane,
  call: RawCall,
  durationMs: number,
): ReplyContext {
  return {
    origin: headerOf(call.headers, "origin"),
    secure: call.secure,
    firstHeaders,
    domain: options.world.domain,
    durationMs,
  };
}

type Described = Pick<PlainAnswer, "status" | "body" | "extra">;

function describeRoute(route: PlainRoute, headers: readonly string[]): Described {
  switch (route.kind) {
    case "document":
      return {
        status: 200,
        body: route.text,
        extra: headerLine("Content-Type", route.contentType),
      };
    case "preflight":
      return { status: 204, body: "", extra: preflightHeaders(headers) };
    case "not-found":
      return { status: 404, body: "", extra: "" };
    case "method-not-allowed":
      return { status: 405, body: "", extra: headerLine("Allow", route.allow) };
  }
}

/** Only to a caller with an origin: to others there is nothing to allow. */
function preflightHeaders(headers: readonly string[]): string {
  if (headerOf(headers, "origin") === undefined) return "";
  const asked = headerOf(headers, "access-control-request-headers");
  return (
    headerLine("Access-Control-Allow-Methods", "GET, POST, OPTIONS") +
    (asked === undefined ? "" : headerLine("Access-Control-Allow-Headers", asked)) +
    headerLine("Access-Control-Max-Age", "86400")
  );
}
