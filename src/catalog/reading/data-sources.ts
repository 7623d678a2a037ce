// Data sources: name spaces of IDs, and origins of traits.

import type { DataSourceDefinition } from "@dunlin/contract/workspace";
import { ANALYTICS_VISITOR_CODE, BUILT_IN_DATA_SOURCES } from "../built-in-data-sources.ts";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Draft, derived, type Keys, objectOf, optional, required } from "./objects.ts";
import { quote, type Reading } from "./reading.ts";
import { checkPartnerExists, PartnerCount } from "./references.ts";
import type { Registers } from "./registers.ts";
import { allowList, freeText, nameText } from "./spellings.ts";
import { flag, id, integer, nullOr, oneOf, text } from "./values.ts";

const integrationCode = text({
  max: CATALOG_LIMITS.integrationCodeLength,
  pattern: /^[^\u0000-\u001f]+$/,
  expected: "an integration code without control characters",
});

const DEFAULT_RETENTION_MONTHS = 24;

const DATA_SOURCE_KEYS: Keys<DataSourceDefinition> = {
  dataSourceId: required(id),
  pid: required(nullOr(id)),
  name: required(nameText),
  description: optional(freeText, ""),
  integrationCode: optional(nullOr(integrationCode), null),
  idType: required(oneOf(["CROSS_DEVICE", "COOKIE", "DEVICE_ADVERTISING_ID"])),
  authenticatedProfile: derived(flag, (draft: Draft<DataSourceDefinition>) =>
    draft.idType === undefined ? undefined : draft.idType === "CROSS_DEVICE",
  ),
  retentionMonths: optional(
    integer({ min: 1, max: CATALOG_LIMITS.retentionMonths }),
    DEFAULT_RETENTION_MONTHS,
  ),
  maySync: optional(flag, false),
  thirdParty: optional(flag, false),
  deviceGraph: optional(flag, false),
  redirectAllowList: optional(allowList, null),
  inboundIdType: optional(oneOf(["CUSTOMER_ID", "AAM_UUID", "ECID"]), "CUSTOMER_ID"),
};

export const readDataSource = objectOf(DATA_SOURCE_KEYS);

export function checkDataSources(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new PartnerCount("data sources", CATALOG_LIMITS.dataSourcesPerPartner);
  const builtIn = BUILT_IN_DATA_SOURCES.flatMap((source) => source.integrationCode ?? []);
  const codes = new Map<number | null, Set<string>>([[null, new Set(builtIn)]]);
  for (const [index, source] of drafts.dataSources.entries()) {
    if (source === undefined) continue;
    const { integrationCode: code, pid } = source;
    counts.add(pid, ["dataSources", index], reading);
    checkPartnerExists(registers.partners, { place: ["dataSources", index, "pid"], pid }, reading);
    checkIdType(source, index, reading);
    if (code === undefined || code === null || pid === undefined) continue;
    const place = ["dataSources", index, "integrationCode"];
    if (code === ANALYTICS_VISITOR_CODE) {
      reading.faultAt(place, "E_VALUE", `The integration code ${quote(code)} is reserved.`);
    }
    const taken = codes.get(pid) ?? new Set();
    codes.set(pid, taken);
    if (taken.has(code)) {
      const owner =
        pid === null ? "Another shared data source" : `Another data source of partner ${pid}`;
      reading.faultAt(place, "E_DUPLICATE_ID", `${owner} has the integration code ${quote(code)}.`);
    }
    taken.add(code);
  }
}

function checkIdType(source: Draft<DataSourceDefinition>, index: number, reading: Reading): void {
  if (source.idType === undefined) return;
  const isCrossDevice = source.idType === "CROSS_DEVICE";
  const at = (key: string) => ["dataSources", index, key];
  if (!isCrossDevice && source.authenticatedProfile === true) {
    const message = `A data source of type ${source.idType} has no authenticated profiles; expected false.`;
    reading.faultAt(at("authenticatedProfile"), "E_VALUE", message);
  }
  const { inboundIdType } = source;
  if (isCrossDevice && inboundIdType !== undefined && inboundIdType !== "CUSTOMER_ID") {
    const message = `Files of a CROSS_DEVICE data source name people; expected "CUSTOMER_ID".`;
    reading.faultAt(at("inboundIdType"), "E_VALUE", message);
  }
}
