// The calls that traits have beyond those of every resource.

import type { FastifyInstance } from "fastify";
import type { NodeControl } from "../../../admin/node-control.ts";
import { TRAITS } from "../../../admin/resources/kinds/traits.ts";
import { traitLimits } from "../../../admin/resources/limits.ts";
import { findResource } from "../../../admin/resources/read-resources.ts";
import { validateTraitRule } from "../../../admin/resources/validate-rules.ts";
import { addResource, contextOf, describeCall, READING } from "./add-resource.ts";
import { refuse } from "./refusals.ts";
import { LimitsSchema, refusalSchemas, ValidationBody, ValidSchema } from "./resource-schemas.ts";

const VersionsSchema = {
  type: "array",
  items: {
    type: "object",
    properties: {
      traitRuleVersion: { type: "integer" },
      traitRule: { type: ["string", "null"] },
      upUID: { type: "integer" },
      userName: { type: "string" },
      updateTime: { type: "integer" },
    },
  },
};

export function addTraitRoutes(
  app: FastifyInstance,
  { desk, measuring }: Pick<NodeControl, "desk" | "measuring">,
): void {
  addResource(app, TRAITS, { desk, measuring });

  const validation = describeCall(TRAITS, "Check a trait rule", {
    body: ValidationBody,
    response: { 200: ValidSchema, ...refusalSchemas(400) },
  });
  app.post("/v1/traits/validate", { ...validation, ...READING }, async (request, reply) => {
    const refused = validateTraitRule(request.body);
    return refused === null ? { valid: true } : refuse(reply, refused);
  });

  const limits = describeCall(TRAITS, "How many traits there are and may be", {
    response: { 200: LimitsSchema },
  });
  app.get("/v1/traits/limits", limits, async (request, reply) =>
    traitLimits(await contextOf(desk, request, reply)),
  );

  const versions = describeCall(TRAITS, "What a trait's rule was, the newest first", {
    response: { 200: VersionsSchema, ...refusalSchemas(403, 404) },
  });
  app.get<{ Params: { id: string } }>(
    "/v1/traits/:id/trait-rule/versions",
    versions,
    async (request, reply) => {
      const context = await contextOf(desk, request, reply);
      const found = findResource(TRAITS, { given: request.params.id, query: {} }, context);
      return found.ok ? desk.traitRuleVersions(found.value.item) : refuse(reply, found.error);
    },
  );
}
