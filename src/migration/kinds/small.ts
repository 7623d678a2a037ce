// Derived signals and sites, as the API answers them; merge rules, ID syncs and partners, which it does not
// answer and which are therefore taken in the form of a workspace.

import { BOOKKEEPING, type CarryTable, elsewhere, to } from "../carry.ts";
import { asIs, codeOf, hostOf, numberOf, textOf } from "../values.ts";

export const DERIVED_SIGNAL_TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid"),
  derivedSignalId: to("derivedSignalId", numberOf),
  sourceKey: to("sourceKey", asIs),
  sourceValue: to("sourceValue", asIs),
  targetKey: to("targetKey", asIs),
  targetValue: to("targetValue", asIs),
  integrationCode: to("integrationCode", codeOf),
};

export const PARTNER_SITE_TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid"),
  siteId: to("siteId", numberOf),
  url: to("url", hostOf),
};

export const MERGE_RULE_TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid"),
  mergeRuleId: to("mergeRuleId", numberOf),
  ...asWritten("name", "crossDevice", "device", "dataSourceIds", "deviceGraphDataSourceId"),
  description: to("description", textOf),
  default: to("default", textOf),
};

export const ID_SYNC_TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid"),
  ...asWritten("idSyncId", "container", "dataSourceId", "ttlMinutes", "tag", "fireURLSync"),
  ...asWritten("syncOnPage", "passConsent", "urls"),
};

function asWritten(...keys: readonly string[]): CarryTable {
  return Object.fromEntries(keys.map((key) => [key, to(key, asIs)]));
}
