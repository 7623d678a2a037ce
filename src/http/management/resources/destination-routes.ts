// The calls that destinations have beyond those of every resource.

import type { FastifyInstance } from "fastify";
import type { DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import { findReadable } from "../../../admin/resources/destinations/read-mappings.ts";
import { DESTINATIONS } from "../../../admin/resources/kinds/destinations.ts";
import { destinationLimits } from "../../../admin/resources/limits.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { refusal } from "../../../admin/resources/resource-kind.ts";
import { addResource, contextOf, describeCall } from "./add-resource.ts";
import { readHistoryQuery } from "./history-period.ts";
import { addMappingRoutes } from "./mapping-routes.ts";
import { refuse } from "./refusals.ts";
import { LimitsSchema, PARTNER, refusalSchemas } from "./resource-schemas.ts";

/** In the documented spelling and order. */
const PLATFORMS = ["BROWSER", "ANDROID", "iOS", "ALL"] as const;

const time = { type: "integer", description: "Milliseconds since the epoch." };

export function addDestinationRoutes(app: FastifyInstance, desk: DefinitionDesk): void {
  addResource(app, DESTINATIONS, { desk });
  addMappingRoutes(app, desk);

  const platforms = describeCall(DESTINATIONS, "The platforms that a destination can be for", {
    response: { 200: { type: "array", items: { type: "string", enum: PLATFORMS } } },
  });
  app.get("/v1/destinations/configurations/available-platforms", platforms, () => PLATFORMS);

  const limits = describeCall(DESTINATIONS, "How many destinations there are and may be", {
    response: { 200: LimitsSchema },
  });
  app.get("/v1/destinations/limits", limits, async (request, reply) =>
    destinationLimits(await contextOf(desk, request, reply)),
  );

  const history = describeCall(DESTINATIONS, "The files that were sent to a destination", {
    description: "None as yet: no files are sent.",
    querystring: {
      type: "object",
      properties: { startDate: time, endDate: time, ...PARTNER },
      required: ["startDate", "endDate"],
    },
    response: {
      200: { type: "array", items: { type: "object" } },
      ...refusalSchemas(400, 403, 404),
    },
  });
  app.get<{ Params: { id: string }; Querystring: Query }>(
    "/v1/destinations/:id/history/outbound",
    history,
    async (request, reply) => {
      const context = await contextOf(desk, request, reply);
      const reading = readHistoryQuery(request.query);
      if (reading.faults.length > 0) {
        const detail = "Expected the first and the last moment of the history.";
        return refuse(reply, refusal("bad-request", detail, reading.faults));
      }
      const found = findReadable(request.params.id, context);
      return found.ok ? [] : refuse(reply, found.error);
    },
  );
}
