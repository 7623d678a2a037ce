// `/v1/settings`: those of the installation.

import type { FastifyInstance, FastifyReply } from "fastify";
import type { DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import type { ResourceContext } from "../../../admin/resources/resource-kind.ts";
import { planSettings, settingsEtag } from "../../../admin/resources/settings.ts";
import { REVISION_HEADER } from "../revision-header.ts";
import { askerOf, contextOf, describeCall, ifMatchOf } from "./add-resource.ts";
import { refuseChange } from "./refusals.ts";
import { refusalSchemas } from "./resource-schemas.ts";

const KIND = { path: "settings", ownedBy: "installation" } as const;
const SettingsSchema = { type: "object", additionalProperties: true };

export function addSettingsRoutes(app: FastifyInstance, desk: DefinitionDesk): void {
  const reading = describeCall(KIND, "The settings of the installation", {
    response: { 200: SettingsSchema },
  });
  app.get("/v1/settings", reading, async (request, reply) =>
    shown(reply, await contextOf(desk, request, reply)),
  );

  const update = describeCall(KIND, "Replace the settings", {
    description: "A setting that is left out has its default.",
    body: SettingsSchema,
    response: { 200: SettingsSchema, ...refusalSchemas(400, 409, 412) },
  });
  app.put("/v1/settings", update, async (request, reply) => {
    const call = { body: request.body, ifMatch: ifMatchOf(request) };
    const outcome = await desk.change(askerOf(request), (context) => planSettings(call, context));
    if (outcome.kind !== "changed") return refuseChange(reply, outcome);
    reply.header(REVISION_HEADER, outcome.context.view.revision);
    return shown(reply, outcome.context);
  });
}

function shown(reply: FastifyReply, context: ResourceContext) {
  reply.header("etag", settingsEtag(context));
  return context.view.workspace.settings;
}
