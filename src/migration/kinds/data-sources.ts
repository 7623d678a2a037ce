// Data sources, as the API answers them: some of their settings are named otherwise in a workspace, or
// follow from several keys.

import { BOOKKEEPING, type CarryTable, carry, elsewhere, nowhere, to } from "../carry.ts";
import type { ApiObject } from "../gather.ts";
import type { ImportNotes } from "../notes.ts";
import { asIs, codeOf, isEmpty, type JsonObject, numberOf, textOf, valueAt } from "../values.ts";

/** Months of the API have thirty days. */
const SECONDS_PER_MONTH = 2_592_000;

const TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid", "status", "customerProfileDataRetention", "supportsAuthenticatedProfile"),
  ...elsewhere("useAudienceManagerVisitorID", "marketingCloudVisitorIdVersion"),
  ...nowhere(
    "ignored",
    [
      ...["customNamespaceId", "customNamespaceCode", "authenticatedProfileName"],
      ...["deviceGraphName", "samplingEnabled", "samplingStartTime", "samplingEndTime"],
      ...["inboundS2S", "outboundS2S", "masterDataSourceIdProvider", "linkNamespace", "type"],
      ...["subIdType", "allowDataSharing", "uniqueTraitIntegrationCodes"],
      "uniqueSegmentIntegrationCodes",
    ],
    "Labels, and switches of screens and files, which a workspace does without.",
  ),
  ...nowhere(
    "lost",
    ["dataExportRestrictions"],
    "Export controls are not carried over: check what may go to which destination.",
  ),
  ...nowhere(
    "lost",
    ["allowDeviceGraphSharing"],
    "A device graph is shared where its pid is null.",
  ),
  ...nowhere(
    "lost",
    ["containerIds"],
    "ID syncs are not in the API's answers: write them yourself (idSyncs).",
  ),
  dataSourceId: to("dataSourceId", numberOf),
  name: to("name", asIs),
  description: to("description", textOf),
  integrationCode: to("integrationCode", codeOf),
  idType: to("idType", textOf),
  deviceGraph: to("deviceGraph", textOf),
  maySync: to("maySync", textOf),
  thirdParty: to("thirdParty", textOf),
  redirectAllowList: to("redirectAllowList", asIs),
  authenticatedProfile: to("authenticatedProfile", textOf),
  retentionMonths: to("retentionMonths", asIs),
  inboundIdType: to("inboundIdType", textOf),
};

export function carryDataSource(
  { fields, origin }: ApiObject,
  notes: ImportNotes,
): Record<string, unknown> {
  const carried = carry(fields, TABLE, { notes, origin });
  if (carried["idType"] === undefined) {
    carried["idType"] = "COOKIE";
    notes.addRepeated("lost", origin, "No file says of which type its IDs are; taken for COOKIE.");
  }
  const isCrossDevice = carried["idType"] === "CROSS_DEVICE";
  const isAuthenticated = valueAt(fields, "supportsAuthenticatedProfile");
  if (typeof isAuthenticated === "boolean" && (isCrossDevice || !isAuthenticated)) {
    carried["authenticatedProfile"] = isAuthenticated;
  } else if (!isEmpty(isAuthenticated)) {
    const reason = "Only data sources of people (CROSS_DEVICE) have authenticated profiles.";
    notes.addRepeated("lost", origin, reason);
  }
  if (isCrossDevice) carryRetention(carried, { fields, origin }, notes);
  const inbound = inboundIdType(fields);
  if (inbound === null) return carried;
  if (!isCrossDevice) carried["inboundIdType"] = inbound;
  else
    notes.addRepeated(
      "lost",
      origin,
      `Files of a CROSS_DEVICE source name people, not ${inbound}s.`,
    );
  return carried;
}

function carryRetention(
  carried: Record<string, unknown>,
  { fields, origin }: ApiObject,
  notes: ImportNotes,
): void {
  const seconds = numberOf(valueAt(fields, "customerProfileDataRetention"));
  if (seconds === undefined) return;
  if (typeof seconds !== "number") {
    carried["retentionMonths"] = seconds;
    return;
  }
  const months = Math.ceil(seconds / SECONDS_PER_MONTH);
  carried["retentionMonths"] = months;
  if (months * SECONDS_PER_MONTH === seconds) return;
  const reason = `Profiles are kept for whole months: ${seconds} seconds become ${months} months.`;
  notes.add("assumed", origin, reason);
}

/** Null for the customer's own IDs, the default. */
function inboundIdType(fields: JsonObject): "AAM_UUID" | "ECID" | null {
  if (valueAt(fields, "useAudienceManagerVisitorID") === true) return "AAM_UUID";
  return isEmpty(numberOf(valueAt(fields, "marketingCloudVisitorIdVersion"))) ? null : "ECID";
}
