// `/v1/workspace`: all definitions as one document, taken and given.

import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { etagOfRevision } from "../../access/etag.ts";
import type { NodeControl, PublishOutcome } from "../../admin/node-control.ts";
import { FaultSchema, ProblemSchema, problem, sendProblem } from "./problems.ts";
import { ifMatchOf } from "./resources/add-resource.ts";
import { RETRY_AFTER_SECONDS } from "./resources/refusals.ts";
import { REVISION_HEADER } from "./revision-header.ts";

export interface WorkspaceRouteOptions {
  readonly control: NodeControl;
  readonly workspaceBytes: number;
}

const ChangeSchema = Type.Object({
  created: Type.Integer(),
  updated: Type.Integer(),
  deleted: Type.Integer(),
});

export const PublishedSchema = Type.Object({
  revision: Type.Integer({ minimum: 1 }),
  changes: Type.Record(Type.String(), ChangeSchema),
  warnings: Type.Array(FaultSchema),
});

export function addWorkspaceRoutes(app: FastifyInstance, options: WorkspaceRouteOptions): void {
  const { control } = options;

  app.put<{ Body: string | undefined }>(
    "/v1/workspace",
    {
      bodyLimit: options.workspaceBytes,
      config: { access: { needs: "installation" }, bodyAsText: true },
      schema: {
        summary: "Replace all definitions",
        description: "Answers once every worker of every node serves them.",
        response: {
          200: PublishedSchema,
          400: ProblemSchema,
          412: ProblemSchema,
          500: ProblemSchema,
        },
      },
    },
    async (request, reply) => {
      const ifMatch = ifMatchOf(request);
      const outcome = await control.publish(request.body ?? "", request.caller, { ifMatch });
      return answerPublication(reply, outcome);
    },
  );

  app.get(
    "/v1/workspace",
    {
      config: { access: { needs: "installation" } },
      schema: {
        summary: "All definitions as they stand",
        response: { 200: { content: { "application/json": { schema: {} } } }, 304: Type.Null() },
      },
    },
    // It is kept as JSON text, and is sent as it is kept.
    async ({ headers }, reply) => {
      const { revision, document } = control.currentWorkspace();
      const etag = etagOfRevision(revision);
      reply.header(REVISION_HEADER, revision).header("etag", etag);
      if (headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.type("application/json; charset=utf-8").send(document);
    },
  );
}

/** What a whole document came to. */
export function answerPublication(reply: FastifyReply, outcome: PublishOutcome) {
  switch (outcome.kind) {
    case "published": {
      const { revision, changes, warnings } = outcome;
      reply.header(REVISION_HEADER, revision).header("etag", etagOfRevision(revision));
      return { revision, changes, warnings };
    }
    case "refused": {
      const detail = `The workspace has ${outcome.faults.length} faults; nothing was applied.`;
      return sendProblem(reply, problem(400, detail, outcome.faults));
    }
    case "stale": {
      const detail = `The definitions have changed since they were read: their ETag is ${outcome.etag}; nothing was applied.`;
      return sendProblem(reply, problem(412, detail));
    }
    case "failed": {
      const detail = `Nothing was applied: not every worker could take it over (${outcome.reason}).`;
      return sendProblem(reply, problem(500, detail));
    }
    case "busy": {
      const detail = "Too many publications wait, or the store is out of reach; try again later.";
      reply.header("retry-after", RETRY_AFTER_SECONDS);
      return sendProblem(reply, problem(503, detail));
    }
  }
}
