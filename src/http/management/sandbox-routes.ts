// The calls that only a node with a manual clock answers: to set the time, and to begin anew.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { NodeControl } from "../../admin/node-control.ts";
import { parseTime } from "../../admin/parse-time.ts";
import { ProblemSchema, problem, sendProblem } from "./problems.ts";

const ClockSchema = Type.Object(
  { now: Type.String({ description: "RFC 3339, for example 2026-01-01T00:00:00Z." }) },
  { additionalProperties: false },
);
const ResetSchema = Type.Object({ reset: Type.Literal(true) });

const NEEDS_MANUAL_CLOCK = "Only a node that was started with --clock manual does this.";

export function addSandboxRoutes(app: FastifyInstance, control: NodeControl): void {
  const needManualClock = async (
    _request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> =>
    control.hasManualClock ? undefined : sendProblem(reply, problem(409, NEEDS_MANUAL_CLOCK));

  app.put<{ Body: Static<typeof ClockSchema> }>(
    "/v1/clock",
    {
      config: { access: { needs: "installation" } },
      // Before the body is looked at: with the system clock no body would do.
      preValidation: needManualClock,
      schema: {
        summary: "Set the manual clock, forwards or back",
        body: ClockSchema,
        response: { 200: ClockSchema, 400: ProblemSchema, 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const time = parseTime(request.body.now);
      if (!time.ok) {
        const fault = { at: "/now", code: "E_VALUE", message: time.error };
        return sendProblem(reply, problem(400, time.error, [fault]));
      }
      if (!(await control.setClock(time.value))) {
        return sendProblem(reply, problem(503, "Not every worker took the time over."));
      }
      return { now: new Date(time.value).toISOString() };
    },
  );

  app.post(
    "/v1/reset",
    {
      config: { access: { needs: "installation" } },
      // Before the body is looked at: with the system clock no body would do.
      preValidation: needManualClock,
      schema: {
        summary: "Forget every visitor; definitions and clock stay",
        response: { 200: ResetSchema, 409: ProblemSchema },
      },
    },
    async (_request, reply) => {
      if (!(await control.forgetEveryone())) {
        return sendProblem(reply, problem(503, "No worker could forget the visitors."));
      }
      return { reset: true as const };
    },
  );
}
