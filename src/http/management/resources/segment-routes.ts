// The calls that segments have beyond those of every resource.

import type { FastifyInstance } from "fastify";
import type { NodeControl } from "../../../admin/node-control.ts";
import { SEGMENTS } from "../../../admin/resources/kinds/segments.ts";
import { segmentLimits } from "../../../admin/resources/limits.ts";
import { planMergeRuleReplacement } from "../../../admin/resources/replace-merge-rules.ts";
import { validateSegmentRule } from "../../../admin/resources/validate-rules.ts";
import { REVISION_HEADER } from "../revision-header.ts";
import { addResource, askerOf, contextOf, describeCall, READING } from "./add-resource.ts";
import { refuse, refuseChange } from "./refusals.ts";
import { LimitsSchema, refusalSchemas, ValidationBody, ValidSchema } from "./resource-schemas.ts";

const rule = { type: "integer", minimum: 1 };
const ReplacementBody = {
  type: "object",
  properties: { existingMergeRuleDataSourceId: rule, replaceWithMergeRuleDataSourceId: rule },
  required: ["existingMergeRuleDataSourceId", "replaceWithMergeRuleDataSourceId"],
};

export function addSegmentRoutes(
  app: FastifyInstance,
  { desk, measuring }: Pick<NodeControl, "desk" | "measuring">,
): void {
  addResource(app, SEGMENTS, { desk, measuring });

  const validation = describeCall(SEGMENTS, "Check a segment rule", {
    body: ValidationBody,
    response: { 200: ValidSchema, ...refusalSchemas(400) },
  });
  app.post("/v1/segments/validate", { ...validation, ...READING }, async (request, reply) => {
    const context = await contextOf(desk, request, reply);
    const refused = validateSegmentRule(request.body, context);
    return refused === null ? { valid: true } : refuse(reply, refused);
  });

  const limits = describeCall(SEGMENTS, "How many segments there are and may be", {
    response: { 200: LimitsSchema },
  });
  app.get("/v1/segments/limits", limits, async (request, reply) =>
    segmentLimits(await contextOf(desk, request, reply)),
  );

  const replacement = describeCall(SEGMENTS, "Give all segments with one merge rule another one", {
    body: ReplacementBody,
    response: {
      200: { type: "object", properties: { segments: { type: "array", items: rule } } },
      ...refusalSchemas(400, 403),
    },
  });
  app.post("/v1/segments/bulk-merge-rule-replace", replacement, async (request, reply) => {
    let changed: readonly number[] = [];
    const outcome = await desk.change(askerOf(request), (context) => {
      const planned = planMergeRuleReplacement(request.body, context);
      if (planned.ok) {
        changed = planned.value.edits.flatMap((edit) => ("id" in edit ? [edit.id] : []));
      }
      return planned;
    });
    if (outcome.kind !== "changed") return refuseChange(reply, outcome);
    reply.header(REVISION_HEADER, outcome.context.view.revision);
    return { segments: changed };
  });
}
