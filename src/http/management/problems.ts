// Every error of the management plane is a problem document (RFC 9457) with our own members
// ("Management API, reports and UI", Error body).

import type { Fault } from "@dunlin/contract/workspace";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";

export interface Problem {
  readonly status: number;
  /** The word that programs look at. */
  readonly error: string;
  /** A sentence for people. */
  readonly detail: string;
  readonly errors?: readonly Fault[];
}

export const FaultSchema = Type.Object({
  at: Type.String({ description: "JSON pointer into the document." }),
  code: Type.String(),
  message: Type.String(),
  column: Type.Optional(Type.Integer({ minimum: 1 })),
});

export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  error: Type.String(),
  errors: Type.Optional(Type.Array(FaultSchema)),
  requestId: Type.String(),
});

export const PROBLEM_TYPE = "application/problem+json";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

const ERRORS: Readonly<Record<number, string>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  406: "not_acceptable",
  409: "conflict",
  412: "precondition_failed",
  413: "too_large",
  415: "unsupported_media_type",
  429: "too_many_requests",
  500: "server_error",
  503: "unavailable",
};

/** A problem whose `error` word is that of its status. */
export function problem(status: number, detail: string, errors?: readonly Fault[]): Problem {
  const error = ERRORS[status] ?? (status < 500 ? "bad_request" : "server_error");
  return errors === undefined ? { status, error, detail } : { status, error, detail, errors };
}

export function problemBody(given: Problem, requestId: string): string {
  const { status, error, detail, errors } = given;
  const title = TITLES[status] ?? "Error";
  return JSON.stringify({
    type: "about:blank",
    title,
    status,
    detail,
    error,
    ...(errors === undefined ? {} : { errors }),
    requestId,
  });
}

export function sendProblem(reply: FastifyReply, given: Problem): FastifyReply {
  return reply
    .code(given.status)
    .type(PROBLEM_TYPE)
    .serializer((body: string) => body)
    .send(problemBody(given, reply.request.id));
}
