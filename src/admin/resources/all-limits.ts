// What a partner has of everything that is limited ("Management API, reports and UI", Limits).

import type { ListName } from "../../catalog/document-keys.ts";
import { CATALOG_LIMITS } from "../../catalog/limits.ts";
import { destinationLimits, type LimitRow, segmentLimits, traitLimits } from "./limits.ts";
import { modelLimits } from "./models/plan-models.ts";
import type { ResourceContext } from "./resource-kind.ts";

export function allLimits(context: ResourceContext): readonly LimitRow[] {
  const { view, pid } = context;
  const own = (list: ListName): readonly object[] =>
    view.ofPartner(list, pid).filter((item) => Reflect.get(item, "pid") === pid);
  const row = (item: string, limit: number, list: ListName): LimitRow => ({
    ...{ item, limit, count: own(list).length },
  });
  const LIMITS = CATALOG_LIMITS;
  return [
    ...traitLimits(context),
    ...segmentLimits(context),
    row("SEGMENT_FOLDER", LIMITS.foldersPerPartner, "segmentFolders"),
    ...destinationLimits(context),
    row("DATA_SOURCE", LIMITS.dataSourcesPerPartner, "dataSources"),
    row("DERIVED_SIGNAL", LIMITS.derivedSignalsPerPartner, "derivedSignals"),
    row("MERGE_RULE", LIMITS.mergeRulesPerPartner, "mergeRules"),
    row("PARTNER_SITE", LIMITS.partnerSitesPerPartner, "partnerSites"),
    ...modelLimits(context),
    row("ID_SYNC", LIMITS.idSyncsPerPartner, "idSyncs"),
  ];
}
