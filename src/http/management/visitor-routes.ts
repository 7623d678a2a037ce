import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { VisitorQuestion } from "../../admin/describe-visitor.ts";
import type { NodeControl } from "../../admin/node-control.ts";
import { ProblemSchema, problem, sendProblem } from "./problems.ts";

const Time = Type.Integer({ description: "Milliseconds since the epoch." });
const Nullable = (schema: { type?: string }) => Type.Union([Type.Unsafe(schema), Type.Null()]);

const VisitorSchema = Type.Object({
  pid: Type.Integer(),
  uuid: Nullable(Type.String()),
  mid: Nullable(Type.String()),
  links: Type.Array(
    Type.Object({
      dataSourceId: Type.Integer(),
      id: Type.String(),
      uuid: Type.String(),
      state: Type.Integer({
        description: "Of the last call: 0 unknown, 1 authenticated, 2 logged out.",
      }),
      lastSync: Time,
      lastAuth: Nullable(Time),
    }),
  ),
  profiles: Type.Array(
    Type.Object({
      profile: Type.String(),
      lastSeen: Time,
      traits: Type.Array(
        Type.Object({ sid: Type.Integer(), first: Time, last: Time, count: Type.Integer() }),
      ),
      segments: Type.Array(Type.Object({ sid: Type.Integer(), since: Time })),
    }),
  ),
  optOuts: Type.Array(
    Type.Object({
      id: Type.String({ description: "A UUID, or `<dataSourceId>:<id>`." }),
      reason: Type.Union(["request", "consent", "privacy"].map((reason) => Type.Literal(reason))),
      since: Time,
    }),
  ),
});

const Ways = Type.Object(
  {
    uuid: Type.Optional(Type.String()),
    mid: Type.Optional(Type.String()),
    dataSourceId: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

export function addVisitorRoutes(app: FastifyInstance, control: NodeControl): void {
  app.get<{ Params: { pid: string }; Querystring: Omit<VisitorQuestion, "pid"> }>(
    "/v1/partners/:pid/visitors",
    {
      schema: {
        summary: "What is known of a visitor",
        description: "Named by `uuid`, or by `mid`, or by `dataSourceId` with `id`.",
        params: Type.Object({ pid: Type.String() }),
        querystring: Ways,
        response: { 200: VisitorSchema, 400: ProblemSchema, 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { pid } = request.params;
      const described = await control.describeVisitor({ ...request.query, pid });
      if (described === null) return sendProblem(reply, problem(503, "No worker could answer."));
      if (described.ok) return described.value;
      const fault = described.error;
      if (fault.kind === "unknown-partner") {
        return sendProblem(reply, problem(404, "There is no partner with this ID."));
      }
      const { at, message } = fault;
      return sendProblem(reply, problem(400, message, [{ at, code: "E_VALUE", message }]));
    },
  );
}
