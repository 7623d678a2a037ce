import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { NodeControl } from "../../admin/node-control.ts";
import { ProblemSchema, problem, sendProblem } from "./problems.ts";

const StatusSchema = Type.Object({ status: Type.Literal("ok") });

export interface HealthRouteOptions {
  readonly control: NodeControl;
  readonly metricsOpen: boolean;
}

export function addHealthRoutes(
  app: FastifyInstance,
  { control, metricsOpen }: HealthRouteOptions,
): void {
  app.get(
    "/live",
    {
      config: { access: { needs: "nothing" } },
      schema: {
        summary: "Whether the node is alive",
        security: [],
        response: { 200: StatusSchema },
      },
    },
    async () => ({ status: "ok" as const }),
  );

  app.get(
    "/ready",
    {
      config: { access: { needs: "nothing" } },
      schema: {
        summary: "Whether all workers serve the newest definitions",
        security: [],
        response: { 200: StatusSchema, 503: ProblemSchema },
      },
    },
    async (_request, reply) => {
      if (control.isReady()) return { status: "ok" as const };
      return sendProblem(
        reply,
        problem(503, "Not every worker serves, or the store is out of reach."),
      );
    },
  );

  app.get(
    "/metrics",
    {
      config: { access: { needs: metricsOpen ? "nothing" : "installation" } },
      schema: {
        summary: "Metrics in Prometheus's text format",
        response: { 200: { content: { "text/plain": { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => {
      const { text, contentType } = await control.metrics();
      return reply.type(contentType).send(text);
    },
  );
}
