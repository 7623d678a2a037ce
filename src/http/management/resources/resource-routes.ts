// Everything that is defined, object by object ("Management API, reports and UI", Part A).

import type { FastifyInstance } from "fastify";
import type { DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import { addFolderRoutes } from "./folder-routes.ts";
import { addSegmentRoutes } from "./segment-routes.ts";
import { addTraitRoutes } from "./trait-routes.ts";

export async function addResourceRoutes(app: FastifyInstance, desk: DefinitionDesk): Promise<void> {
  await app.register(async (routes) => {
    // Schemas describe here: bodies are read by the tables of the resources, answers are as they show them.
    routes.setValidatorCompiler(() => () => true);
    routes.setSerializerCompiler(() => (body) => JSON.stringify(body));
    addTraitRoutes(routes, desk);
    addSegmentRoutes(routes, desk);
    addFolderRoutes(routes, desk);
  });
}
