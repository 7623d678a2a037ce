// Refusals of the management API as problem documents.

import type { FastifyReply } from "fastify";
import type { ChangeOutcome } from "../../../admin/resources/definition-desk.ts";
import type { Refusal } from "../../../admin/resources/resource-kind.ts";
import { type Problem, problem, sendProblem } from "../problems.ts";

const STATUSES: Readonly<Record<Refusal["kind"], number>> = {
  "bad-request": 400,
  "rule-invalid": 400,
  forbidden: 403,
  "export-control": 403,
  "not-found": 404,
  conflict: 409,
  "limit-exceeded": 409,
  "precondition-failed": 412,
};

export function problemOf({ kind, detail, faults }: Refusal): Problem {
  const error = kind.replaceAll("-", "_");
  return { ...problem(STATUSES[kind], detail, faults), error };
}

export function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return sendProblem(reply, problemOf(refusal));
}

/** When those that wait now have been served. */
export const RETRY_AFTER_SECONDS = 1;

type Unchanged = Exclude<ChangeOutcome, { readonly kind: "changed" }>;

/** What a change came to, where it came to nothing. */
export function refuseChange(reply: FastifyReply, outcome: Unchanged): FastifyReply {
  if (outcome.kind === "busy") reply.header("retry-after", RETRY_AFTER_SECONDS);
  return sendProblem(reply, problemOfChange(outcome));
}

export function problemOfChange(outcome: Unchanged): Problem {
  switch (outcome.kind) {
    case "refused":
      return problemOf(outcome.refusal);
    case "failed": {
      const detail = `Nothing was changed: not every worker could take it over (${outcome.reason}).`;
      return problem(500, detail);
    }
    case "busy": {
      const detail = "Too many changes wait, or the store is out of reach; try again later.";
      return problem(503, detail);
    }
  }
}
