// What is odd about definitions that are legal, with what the node has seen of calls and profiles.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { LintDesk, LintOutcome } from "../../../admin/lint-desk.ts";
import { type Query, QueryReading } from "../../../admin/resources/list-options.ts";
import { refusal } from "../../../admin/resources/resource-kind.ts";
import { problem, sendProblem } from "../problems.ts";
import { REVISION_HEADER } from "../revision-header.ts";
import { askerOf } from "./add-resource.ts";
import { refuse } from "./refusals.ts";
import { PARTNER, refusalSchemas } from "./resource-schemas.ts";

export interface LintRouteOptions {
  /** The most bytes that a workspace may have. */
  readonly workspaceBytes: number;
}

const text = { type: "string" };
const optionalText = { type: ["string", "null"] };
const count = { type: "integer" };
const at = {
  type: "string",
  description: "A JSON pointer with IDs in place of places: `/traits/5001/traitRule`.",
};
const time = { type: "integer", description: "Milliseconds since the epoch." };

function objectOf(properties: object, more: object = {}): object {
  return { type: "object", properties, ...more };
}

const ReportSchema = objectOf({
  revision: count,
  warnings: count,
  notes: count,
  findings: {
    type: "array",
    items: objectOf({
      ...{ at, code: text, severity: { type: "string", enum: ["warning", "note"] } },
      ...{ message: text, name: optionalText, rule: optionalText },
      column: { type: "integer", minimum: 1, description: "In the rule's text." },
      related: { type: "array", items: objectOf({ at, name: optionalText }) },
    }),
  },
  evidence: objectOf({
    keys: objectOf(
      { calls: count, since: time, keys: count },
      {
        type: ["object", "null"],
        description:
          "Calls that were looked at since the node began, and their keys; null: too few.",
      },
    ),
    realizations: objectOf(
      { at: time, unfed: count },
      {
        type: ["object", "null"],
        description: "When profiles were counted, and traits that none holds; null: not yet.",
      },
    ),
  }),
});

const querystring = objectOf({
  maxCost: { type: "integer", minimum: 0, description: "The cost above which a rule is named." },
  ...PARTNER,
});

function describe(summary: string, description: string) {
  return {
    summary,
    ...{ tags: ["lint"], description, querystring },
    response: { 200: ReportSchema, ...refusalSchemas(400, 403, 429, 503) },
  };
}

const ACCESS = { access: { needs: "role", role: "viewer", reads: true } } as const;

export function addLintRoutes(
  app: FastifyInstance,
  linting: LintDesk,
  { workspaceBytes }: LintRouteOptions,
): void {
  const own = describe(
    "What is odd about a partner's definitions",
    "Those in force. Keys that no call carried and traits that no profile holds are named where the node has seen enough.",
  );
  app.get<{ Querystring: Query }>("/v1/lint", { config: ACCESS, schema: own }, (request, reply) =>
    answer(request, reply, linting, null),
  );

  const given = describe(
    "What would be odd about definitions",
    "Takes what `PUT /v1/workspace` takes and applies nothing. Evidence is of the partner of the call.",
  );
  app.post<{ Querystring: Query; Body: string | undefined }>(
    "/v1/lint",
    { bodyLimit: workspaceBytes, config: { ...ACCESS, bodyAsText: true }, schema: given },
    (request, reply) => answer(request, reply, linting, request.body ?? ""),
  );
}

async function answer(
  request: FastifyRequest<{ Querystring: Query }>,
  reply: FastifyReply,
  linting: LintDesk,
  document: string | null,
): Promise<unknown> {
  const reading = new QueryReading(request.query);
  const maxCost = reading.count("maxCost", { min: 0, max: 999_999_999 });
  if (reading.faults.length > 0) {
    return refuse(
      reply,
      refusal("bad-request", "The options are not as expected.", reading.faults),
    );
  }
  const { pid } = askerOf(request);
  const outcome = await linting.lint({ pid, text: document, maxCost });
  if (outcome.kind !== "linted") return refuseLint(reply, outcome);
  reply.header(REVISION_HEADER, outcome.report.revision);
  if (outcome.retryAfter !== null) reply.header("retry-after", String(outcome.retryAfter));
  return outcome.report;
}

function refuseLint(
  reply: FastifyReply,
  outcome: Exclude<LintOutcome, { readonly kind: "linted" }>,
): FastifyReply {
  switch (outcome.kind) {
    case "refused": {
      const { faults } = outcome;
      const detail = `The workspace has ${faults.length} faults; nothing was looked at.`;
      return sendProblem(reply, problem(400, detail, faults));
    }
    case "busy":
      reply.header("retry-after", "5");
      return sendProblem(
        reply,
        problem(429, "Somebody's definitions are looked at; try again later."),
      );
    case "too-much": {
      const detail = "The definitions are too many for one look: `dunlin lint` has no such limit.";
      return sendProblem(reply, problem(503, detail));
    }
  }
}
