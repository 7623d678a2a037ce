// Resources that have the calls of every resource and no others.

import type { FastifyInstance } from "fastify";
import { allLimits } from "../../../admin/resources/all-limits.ts";
import type { DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import { DERIVED_SIGNALS } from "../../../admin/resources/kinds/derived-signals.ts";
import { ID_SYNCS } from "../../../admin/resources/kinds/id-syncs.ts";
import { MERGE_RULES } from "../../../admin/resources/kinds/merge-rules.ts";
import { PARTNER_SITES } from "../../../admin/resources/kinds/partner-sites.ts";
import { PARTNERS } from "../../../admin/resources/kinds/partners.ts";
import { addResource, contextOf, describeCall } from "./add-resource.ts";
import { LimitsSchema } from "./resource-schemas.ts";

export function addSmallResourceRoutes(app: FastifyInstance, desk: DefinitionDesk): void {
  addResource(app, DERIVED_SIGNALS, { desk });
  // A domain is added or deleted: there is nothing about it to change.
  addResource(app, PARTNER_SITES, { desk, without: ["update", "bulk-delete"] });
  addResource(app, MERGE_RULES, { desk });
  addResource(app, ID_SYNCS, { desk });
  addResource(app, PARTNERS, { desk, without: ["bulk-delete"] });

  const limits = describeCall({ path: "limits" }, "What there is, and may be, of everything", {
    response: { 200: LimitsSchema },
  });
  app.get("/v1/limits", limits, async (request, reply) =>
    allLimits(await contextOf(desk, request, reply)),
  );
}
