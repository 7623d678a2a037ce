// Everything that is defined, object by object ("Management API, reports and UI", Part A).

import type { FastifyInstance } from "fastify";
import type { NodeControl } from "../../../admin/node-control.ts";
import { addBulkRoutes } from "./bulk-routes.ts";
import { addDataSourceRoutes } from "./data-source-routes.ts";
import { addDestinationRoutes } from "./destination-routes.ts";
import { addFolderRoutes } from "./folder-routes.ts";
import { addLintRoutes, type LintRouteOptions } from "./lint-routes.ts";
import { addModelRoutes } from "./model-routes.ts";
import { addRegionRoutes, addSchemaRoutes, addTaxonomyRoutes } from "./reference-data-routes.ts";
import { addRevisionRoutes } from "./revision-routes.ts";
import { addSegmentRoutes } from "./segment-routes.ts";
import { addSettingsRoutes } from "./settings-routes.ts";
import { addSmallResourceRoutes } from "./small-resource-routes.ts";
import { addTraitRoutes } from "./trait-routes.ts";
import { addTraitTypeRoutes } from "./trait-type-routes.ts";

export async function addResourceRoutes(
  app: FastifyInstance,
  control: NodeControl,
  options: LintRouteOptions,
): Promise<void> {
  const { desk } = control;
  await app.register(async (routes) => {
    // Schemas describe here: bodies are read by the tables of the resources, answers are as they show them.
    routes.setValidatorCompiler(() => () => true);
    routes.setSerializerCompiler(() => (body) => JSON.stringify(body));
    addTraitRoutes(routes, control);
    addSegmentRoutes(routes, control);
    addFolderRoutes(routes, desk);
    addDestinationRoutes(routes, desk);
    addDataSourceRoutes(routes, desk);
    addSmallResourceRoutes(routes, desk);
    addModelRoutes(routes, control);
    addSettingsRoutes(routes, desk);
    addTaxonomyRoutes(routes);
    addRegionRoutes(routes, control);
    addSchemaRoutes(routes);
    addTraitTypeRoutes(routes, control.traitTypes);
    addRevisionRoutes(routes, control);
    addLintRoutes(routes, control.linting, options);
    addBulkRoutes(routes, control);
  });
}
