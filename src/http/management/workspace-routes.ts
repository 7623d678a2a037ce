// `/v1/workspace`: all definitions as one document, taken and given.

import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import type { NodeControl, PublishOutcome } from "../../admin/node-control.ts";
import { FaultSchema, ProblemSchema, problem, sendProblem } from "./problems.ts";
import { RETRY_AFTER_SECONDS } from "./resources/refusals.ts";

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
        response: { 200: PublishedSchema, 400: ProblemSchema, 500: ProblemSchema },
      },
    },
    async (request, reply) => {
      const outcome = await control.publish(request.body ?? "", request.caller);
      return answerPublication(reply, outcome);
    },
  );

  app.get(
    "/v1/workspace",
    {
      config: { access: { needs: "installation" } },
      schema: {
        summary: "All definitions as they stand",
        response: { 200: { content: { "application/json": { schema: {} } } } },
      },
    },
    // It is kept as JSON text, and is sent as it is kept.
    async (_request, reply) =>
      reply.type("application/json; charset=utf-8").send(control.currentWorkspace()),
  );
}

/** What a whole document came to. */
export function answerPublication(reply: FastifyReply, outcome: PublishOutcome) {
  switch (outcome.kind) {
    case "published": {
      const { revision, changes, warnings } = outcome;
      return { revision, changes, warnings };
    }
    case "refused": {
      const detail = `The workspace has ${outcome.faults.length} faults; nothing was applied.`;
      return sendProblem(reply, problem(400, detail, outcome.faults));
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
