// `/v1/audit`: who changed what, and when.

import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { AccessControl } from "../../../access/access.ts";
import { readAudit } from "../../../access/audit.ts";
import { type Query, QueryReading } from "../../../admin/resources/list-options.ts";
import { problem, sendProblem } from "../problems.ts";
import { refusals } from "./access-answers.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

const asked = (description: string) => Type.Optional(Type.String({ description }));
const AuditQuery = Type.Object(
  {
    pid: asked("Entries of this partner only."),
    from: asked("Milliseconds since the epoch."),
    to: asked("Milliseconds since the epoch, included."),
    by: asked("The ID of a caller: of a user, or of a token."),
    change: asked("Such as `user.created`."),
    objectType: asked("Such as `user`, or the name of a list of definitions."),
    objectId: asked("The ID of an object."),
    after: asked("`next` of the answer before."),
    limit: asked(`The most entries: ${DEFAULT_LIMIT} if left out, at most ${MAX_LIMIT}.`),
  },
  { additionalProperties: false },
);

const Nullable = (schema: { type?: string }) => Type.Union([Type.Unsafe(schema), Type.Null()]);
const Anything = Type.Unsafe({ description: "As the API shows it; null where there was none." });
const AuditSchema = Type.Object({
  list: Type.Array(
    Type.Object({
      id: Type.String(),
      at: Type.Integer(),
      change: Type.String(),
      by: Nullable(
        Type.Object({
          ...{ kind: Type.String(), id: Type.String(), name: Type.String() },
          userId: Type.Integer(),
        }),
      ),
      pid: Nullable(Type.Integer()),
      ...{ objectType: Type.String(), objectId: Type.String() },
      ...{ before: Anything, after: Anything },
    }),
    { description: "Newest first." },
  ),
  next: Type.Union([Type.String(), Type.Null()], {
    description: "Asked for with `after`; null at the end. A page before it may be short.",
  }),
});

export function addAuditRoutes(app: FastifyInstance, { world }: AccessControl): void {
  app.get<{ Querystring: Query }>(
    "/v1/audit",
    {
      config: {
        access: { needs: "role", role: "administrator", partnerless: "installation" },
      },
      schema: {
        summary: "Who changed what, and when",
        description:
          "Of the partner; administrators of the installation see all where they name none.",
        querystring: AuditQuery,
        response: { 200: AuditSchema, ...refusals(400) },
      },
    },
    async (request, reply) => {
      const reading = new QueryReading(request.query);
      const time = { min: 0, max: Number.MAX_SAFE_INTEGER };
      const question = {
        pid: request.partnerId,
        from: reading.count("from", time),
        to: reading.count("to", time),
        by: reading.text("by"),
        change: reading.text("change"),
        objectType: reading.text("objectType"),
        objectId: reading.text("objectId"),
        after: reading.text("after"),
        limit: reading.count("limit", { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT,
      };
      if (question.after !== null && !/^[0-9a-f-]{1,50}$/.test(question.after)) {
        reading.fault("after", "`next` of an earlier answer");
      }
      if (reading.faults.length > 0) {
        const detail = "The question is not as expected; `errors` says where.";
        return sendProblem(reply, problem(400, detail, reading.faults));
      }
      return readAudit(world.records.store, question);
    },
  );
}
