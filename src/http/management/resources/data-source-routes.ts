// The calls that data sources have beyond those of every resource.

import type { FastifyInstance } from "fastify";
import type { DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import { DATA_SOURCES, ID_TYPES } from "../../../admin/resources/kinds/data-sources.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { findResource } from "../../../admin/resources/read-resources.ts";
import { refusal } from "../../../admin/resources/resource-kind.ts";
import { addResource, contextOf, describeCall } from "./add-resource.ts";
import { readHistoryQuery } from "./history-period.ts";
import { refuse } from "./refusals.ts";
import { PARTNER, refusalSchemas } from "./resource-schemas.ts";

export function addDataSourceRoutes(app: FastifyInstance, desk: DefinitionDesk): void {
  addResource(app, DATA_SOURCES, { desk });

  const types = describeCall(DATA_SOURCES, "What IDs data sources may hold", {
    response: { 200: { type: "array", items: { type: "string" } } },
  });
  app.get("/v1/datasources/configurations/available-id-types", types, () => ID_TYPES);

  const time = { type: "integer", description: "Milliseconds since the epoch." };
  const history = describeCall(DATA_SOURCES, "Files that came in", {
    description: "Empty: this server reads no files as yet.",
    querystring: {
      type: "object",
      properties: {
        ...{ startDate: time, endDate: time, dataFileName: { type: "string" } },
        includeSamplingDetails: { type: "boolean" },
        ...PARTNER,
      },
      required: ["startDate", "endDate"],
    },
    response: {
      200: { type: "array", items: { type: "object" } },
      ...refusalSchemas(400, 403, 404),
    },
  });
  app.get<{ Params: { id: string }; Querystring: Query }>(
    "/v1/datasources/:id/history/inbound",
    history,
    async (request, reply) => {
      const context = await contextOf(desk, request, reply);
      const given = request.params.id;
      const found = findResource(DATA_SOURCES, { given, query: {} }, context);
      if (!found.ok) return refuse(reply, found.error);
      const reading = readHistoryQuery(request.query);
      reading.flag("includeSamplingDetails");
      if (reading.faults.length === 0) return [];
      const detail = "The options are not as expected.";
      return refuse(reply, refusal("bad-request", detail, reading.faults));
    },
  );
}
