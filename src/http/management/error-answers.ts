// Where whatever goes wrong with a management call becomes an answer. Nothing of our insides goes out: a
// fault of ours is logged under the request's ID, and the caller gets the ID.

import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { finished } from "node:stream/promises";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CATALOG_LIMITS } from "../../catalog/limits.ts";
import type { Log } from "../../ops/log.ts";
import { MalformedBody } from "./bodies.ts";
import { PROBLEM_TYPE, type Problem, problem, problemBody, sendProblem } from "./problems.ts";
import { RETRY_AFTER_SECONDS } from "./resources/refusals.ts";
import { schemaFaults } from "./schema-faults.ts";

export interface ErrorAnswers {
  readonly log: Log;
  /** Whether the node can do what it is asked: its store is within reach, and its workers serve. */
  isReady(): boolean;
}

export function answerErrors(app: FastifyInstance, { log, isReady }: ErrorAnswers): void {
  const patterns = watchRoutes(app);
  skipUnreadBodies(app);

  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const known = knownProblem(error);
    if (known === null) {
      log.fault("A management call failed.", error, { requestId: request.id });
      // What fails while the store is away is no fault of the call, nor of ours: it is worth another try.
      if (!isReady()) {
        reply.header("retry-after", RETRY_AFTER_SECONDS);
        return sendProblem(reply, problem(503, NOT_READY));
      }
      const detail = "Something went wrong on our side; the log has it under the request's ID.";
      return sendProblem(reply, problem(500, detail));
    }
    return sendProblem(reply, known);
  });

  app.setNotFoundHandler(async (request, reply) => {
    const allowed = allowedMethods(patterns, pathOf(request));
    if (allowed.length === 0) return sendProblem(reply, problem(404, "There is nothing here."));
    reply.header("allow", allowed.join(", "));
    const detail = `${request.method} is not possible here; ${allowed.join(" or ")} is.`;
    return sendProblem(reply, problem(405, detail));
  });
}

const NOT_READY = "The store is out of reach, or not every worker serves; try again later.";

const SKIP_BODY_MS = 10_000;

/**
 * What is answered before its body was read is answered once the body has come, of which nothing is kept: where
 * the connection is closed after the answer, whoever is still sending then would never get to read it.
 */
function skipUnreadBodies(app: FastifyInstance): void {
  app.addHook("onSend", async ({ raw }) => {
    if (raw.complete) return;
    raw.resume();
    const signal = AbortSignal.timeout(SKIP_BODY_MS);
    // Too slow, or gone: then there is nobody to wait for.
    await finished(raw, { writable: false, signal }).catch(() => {});
  });
}

/** A path that cannot be read never gets as far as a route, nor to the handlers above. */
export function answerUnroutable(
  _error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void sendProblem(reply, problem(400, "The path is not properly percent-encoded."));
}

/** What cannot even be read as HTTP. */
export function answerProtocolErrors(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOfProtocolError(error.code);
  const body = problemBody(problem(status, "The request is not proper HTTP."), randomUUID());
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function statusOfProtocolError(code: string | undefined): number {
  if (code === "HPE_HEADER_OVERFLOW") return 431;
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
}

/** The caller's fault, or null where it is ours. */
function knownProblem(error: FastifyError): Problem | null {
  if (error instanceof MalformedBody) return problem(400, error.message);
  if (error.validation !== undefined) {
    const errors = schemaFaults(error.validation).slice(0, CATALOG_LIMITS.faults);
    return problem(400, "The call is not as expected; `errors` says where.", errors);
  }
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return problem(413, "The body is larger than this call may have.");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return problem(415, "Expected Content-Type: application/json.");
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return problem(400, "The body is not as long as Content-Length says.");
    default:
      return null;
  }
}

interface RoutePattern {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

/** Fastify does not tell a wrong method from a wrong path, so the paths are kept here as well. */
function watchRoutes(app: FastifyInstance): RoutePattern[] {
  const patterns: RoutePattern[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const source = url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[A-Za-z]+/g, "[^/]+");
    const methods = typeof method === "string" ? [method] : method;
    patterns.push({ path: new RegExp(`^${source}/?$`), methods });
  });
  return patterns;
}

function allowedMethods(patterns: readonly RoutePattern[], path: string): string[] {
  const methods = patterns.flatMap((pattern) => (pattern.path.test(path) ? pattern.methods : []));
  return [...new Set(methods)].sort();
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? "";
}
