// `/v1/denylist`: who and what is denied, for the whole platform.

import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import {
  readDenial,
  readDeniedKey,
  type WrittenDenial,
  writeDenial,
} from "../../admin/deny-list.ts";
import type { NodeControl } from "../../admin/node-control.ts";
import { ProblemSchema, problem, sendProblem } from "./problems.ts";

const kind = Type.String({ description: "`device`, `customer` or `dataSource`." });
const id = Type.String({
  description: "A UUID; `<dataSourceId>:<id>`, advertising IDs too; or the ID of a data source.",
});
const until = Type.Union([Type.String(), Type.Null()], {
  description: "RFC 3339, for example 2026-01-01T00:00:00Z; null: for ever.",
});

const EntrySchema = Type.Object({ kind, id, until });
const GivenSchema = Type.Object(
  { kind, id, until: Type.Optional(until) },
  { additionalProperties: false },
);
const KeySchema = Type.Object(
  { kind, id, until: Type.Optional(until) },
  { additionalProperties: false },
);

const REFUSED = "The entry is not as expected; `errors` says where.";

export function addDenyListRoutes(app: FastifyInstance, { denials, now }: NodeControl): void {
  app.get(
    "/v1/denylist",
    {
      config: { access: { needs: "installation" } },
      schema: {
        summary: "Who and what is denied, for the whole platform",
        response: { 200: Type.Array(EntrySchema) },
      },
    },
    async () => (await denials.list(now())).map(writeDenial),
  );

  app.post<{ Body: WrittenDenial }>(
    "/v1/denylist",
    {
      config: { access: { needs: "installation" } },
      schema: {
        summary: "Deny a device, a customer ID or a data source",
        description:
          "In force on every worker when it is answered. Replaces an entry of the same ID.",
        body: GivenSchema,
        response: { 200: EntrySchema, 400: ProblemSchema },
      },
    },
    async (request, reply) => {
      const denial = readDenial(request.body);
      if (!denial.ok) return sendProblem(reply, problem(400, REFUSED, denial.error));
      await denials.add(denial.value);
      return writeDenial(denial.value);
    },
  );

  app.delete<{ Body: WrittenDenial }>(
    "/v1/denylist",
    {
      config: { access: { needs: "installation" } },
      schema: {
        summary: "Deny no longer",
        body: KeySchema,
        response: {
          200: Type.Object({
            removed: Type.Boolean({ description: "False where there was no such entry." }),
          }),
          400: ProblemSchema,
        },
      },
    },
    async (request, reply) => {
      const key = readDeniedKey(request.body);
      if (!key.ok) return sendProblem(reply, problem(400, REFUSED, key.error));
      return { removed: await denials.remove(key.value) };
    },
  );
}
