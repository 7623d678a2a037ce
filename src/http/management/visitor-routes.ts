// What is known of a visitor, and why they are in a segment or not.

import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import type { VisitorQuestion } from "../../admin/describe-visitor.ts";
import type { ExplainFault, ExplainQuestion } from "../../admin/explain-visitor.ts";
import type { Computed, NodeControl } from "../../admin/node-control.ts";
import type { Result } from "../../model/result.ts";
import { ProblemSchema, problem, sendProblem } from "./problems.ts";
import { REVISION_HEADER } from "./revision-header.ts";

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
      told: Type.Optional(
        Type.Array(
          Type.Object({
            destinationId: Type.Integer(),
            last: Time,
            today: Type.Integer({ description: "How often on this UTC day." }),
            heldBackUntil: Nullable(Time),
          }),
          { description: "Destinations with caps that the device was told of." },
        ),
      ),
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

const WAYS = {
  uuid: Type.Optional(Type.String()),
  mid: Type.Optional(Type.String()),
  dataSourceId: Type.Optional(Type.String()),
  id: Type.Optional(Type.String()),
};
const Ways = Type.Object(WAYS, { additionalProperties: false });

const Explain = Type.Object(
  {
    ...WAYS,
    segment: Type.Optional(Type.String()),
    trait: Type.Optional(Type.String()),
    at: Type.Optional(
      Type.String({ description: "Milliseconds since the epoch, or RFC 3339; now if left out." }),
    ),
  },
  { additionalProperties: false },
);

const ExplanationSchema = Type.Object({
  segment: Type.Optional(Type.Integer()),
  trait: Type.Optional(Type.Integer()),
  member: Type.Boolean({
    description: "Whether the visitor is in the segment, or holds the trait.",
  }),
  at: Time,
  proof: Type.Object(
    {
      kind: Type.String({
        description:
          "`evaluated`, `paused`, `not-read`, `trait` or `opted-out`: the other members depend on it.",
      }),
      summary: Type.Array(Type.String(), { description: "The proof in sentences." }),
    },
    { additionalProperties: true },
  ),
});

export function addVisitorRoutes(app: FastifyInstance, control: NodeControl): void {
  app.get<{ Params: { pid: string }; Querystring: Omit<VisitorQuestion, "pid"> }>(
    "/v1/partners/:pid/visitors",
    {
      config: { access: { needs: "role", role: "administrator" } },
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
      return answer(reply, await control.describeVisitor({ ...request.query, pid }));
    },
  );
  app.get<{ Params: { pid: string }; Querystring: Omit<ExplainQuestion, "pid"> }>(
    "/v1/partners/:pid/visitors/explain",
    {
      config: { access: { needs: "role", role: "administrator" } },
      schema: {
        summary: "Why a visitor is in a segment, or holds a trait, or not",
        description:
          "The visitor is named as above; asked by a declared ID, it is taken as logged in on its last device. `segment` or `trait` says what to explain, `at` for which time.",
        params: Type.Object({ pid: Type.String() }),
        querystring: Explain,
        response: { 200: ExplanationSchema, 400: ProblemSchema, 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { pid } = request.params;
      return answer(reply, await control.explainVisitor({ ...request.query, pid }));
    },
  );
}

function answer<T>(
  reply: FastifyReply,
  computed: Computed<Result<T, ExplainFault>> | null,
): T | FastifyReply {
  if (computed === null) return sendProblem(reply, problem(503, "No worker could answer."));
  const { revision, answer: asked } = computed;
  reply.header(REVISION_HEADER, revision);
  if (asked.ok) return asked.value;
  const fault = asked.error;
  if (fault.kind === "unknown-partner") {
    return sendProblem(reply, problem(404, "There is no partner with this ID."));
  }
  const { at, message } = fault;
  if (fault.kind === "unknown-object") {
    const code = "E_UNKNOWN_REFERENCE";
    return sendProblem(reply, problem(404, message, [{ at, code, message }]));
  }
  return sendProblem(reply, problem(400, message, [{ at, code: "E_VALUE", message }]));
}
