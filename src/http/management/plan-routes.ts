// What applying a workspace would change, before anybody does it: objects, and the visitors of segments.

import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { CountingDesk } from "../../admin/counting-desk.ts";
import { answerCount } from "./count-stream.ts";
import { FaultSchema, ProblemSchema } from "./problems.ts";

export interface PlanRouteOptions {
  readonly workspaceBytes: number;
}

const Count = Type.Optional(Type.Integer());

const PlanSchema = Type.Object({
  changes: Type.Record(
    Type.String(),
    Type.Object({ created: Type.Integer(), updated: Type.Integer(), deleted: Type.Integer() }),
  ),
  warnings: Type.Array(FaultSchema),
  objects: Type.Array(
    Type.Object({
      list: Type.String(),
      id: Type.Unsafe({ type: ["integer", "null"] }),
      pid: Type.Unsafe({ type: ["integer", "null"] }),
      name: Type.Unsafe({ type: ["string", "null"] }),
      change: Type.String({ description: "`created`, `updated` or `deleted`." }),
      fields: Type.Array(
        Type.Object({
          key: Type.String(),
          before: Type.Optional(Type.Unsafe({})),
          after: Type.Optional(Type.Unsafe({})),
        }),
      ),
    }),
  ),
  objectsLeftOut: Type.Integer({
    description: "Changed objects beyond the thousand that are shown.",
  }),
  segments: Type.Array(
    Type.Object({
      pid: Type.Integer(),
      sid: Type.Integer(),
      name: Type.String(),
      because: Type.String(),
      before: Count,
      after: Count,
      added: Count,
      removed: Count,
    }),
    { description: "Those whose answer may change for somebody, with visitors, exactly." },
  ),
  unchangedSegments: Type.Integer(),
  notes: Type.Array(Type.String()),
  visited: Type.Integer(),
  unreadable: Type.Integer(),
  at: Type.Integer({ description: "Milliseconds since the epoch." }),
  tookMs: Type.Integer(),
});

export function addPlanRoutes(
  app: FastifyInstance,
  counting: CountingDesk,
  { workspaceBytes }: PlanRouteOptions,
): void {
  app.post<{ Body: string | undefined; Querystring: { estimate?: string } }>(
    "/v1/workspace/plan",
    {
      bodyLimit: workspaceBytes,
      config: {
        access: { needs: "installation", reads: true },
        bodyAsText: true,
        givesLines: true,
      },
      schema: {
        summary: "What applying a workspace would change",
        description:
          "Takes what `PUT /v1/workspace` takes and applies nothing. `?estimate=false` leaves out the visitors. Accepting `application/x-ndjson` gives lines: progress, and the plan.",
        querystring: Type.Object(
          {
            estimate: Type.Optional(
              Type.Union([Type.Literal("true"), Type.Literal("false")], { default: "true" }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: PlanSchema, 400: ProblemSchema, 429: ProblemSchema },
      },
    },
    async (request, reply) => {
      const question = { text: request.body ?? "", withCounts: request.query.estimate !== "false" };
      return answerCount(request, reply, async (watch) => {
        const planned = await counting.plan(question, watch);
        return planned.kind === "planned" ? { kind: "plan", body: planned.plan } : planned;
      });
    },
  );
}
