// `/v1/datasources/` ("Management API, reports and UI", Data sources). Most of what the documented object holds
// has no meaning for this server: it is kept and given back, so that clients find what they wrote.

import type { DataSourceDefinition } from "@dunlin/contract/workspace";
import { BUILT_IN_DATA_SOURCES } from "../../../catalog/built-in-data-sources.ts";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import { dataSourceUsers } from "../data-source-users.ts";
import {
  type ApiKey,
  type ApiKeys,
  type ApiObject,
  type JsonSchema,
  type ListFilter,
  type Refusal,
  type ResourceContext,
  type ResourceKind,
  refusal,
} from "../resource-kind.ts";
import {
  CODE,
  codeFilter,
  givenId,
  kept,
  NAME,
  recordKeys,
  required,
  STATUS,
  TEXT,
  TIME,
  written,
} from "../shared-keys.ts";

export const ID_TYPES = ["COOKIE", "DEVICE_ADVERTISING_ID", "CROSS_DEVICE"] as const;

/** Retention is counted in months of 30 days, and written in seconds. */
const MONTH_SECONDS = 2_592_000;
/** How long errors of files are sampled. */
const SAMPLING_MS = 14 * 86_400_000;

const FLAG: JsonSchema = { type: "boolean" };
const PERSON = "CROSS_DEVICE_PERSON";

type Key = ApiKey<DataSourceDefinition>;

const flag = (fallback = false): Key => ({ kind: "written", schema: FLAG, fallback });

const keptOf = ({ dataSourceId }: DataSourceDefinition, { recordOf }: ResourceContext): ApiObject =>
  recordOf("dataSources", dataSourceId).kept ?? {};

/** Two documented keys say together what the document says in one. */
const inboundIdType = (key: Pick<Key, "schema" | "show">): Key => ({
  kind: "written",
  document: "inboundIdType",
  read: (_, { useAudienceManagerVisitorID: isOurs, marketingCloudVisitorIdVersion: version }) => {
    if (isOurs === true) return "AAM_UUID";
    return typeof version === "number" && version !== 0 ? "ECID" : "CUSTOMER_ID";
  },
  ...key,
});

const KEYS: ApiKeys<DataSourceDefinition> = {
  dataSourceId: givenId(),
  pid: { ...givenId(), schema: { type: ["integer", "null"], description: "Null: of all." } },
  name: required(NAME),
  description: written(TEXT),
  status: kept(STATUS, "ACTIVE"),
  integrationCode: written(CODE),
  type: kept({ type: "string", enum: ["GENERAL", "REPORT_SUITE"] }, "GENERAL"),
  idType: {
    ...written({ type: "string", enum: ID_TYPES, description: "CROSS_DEVICE if left out." }),
    fallback: "CROSS_DEVICE",
  },
  subIdType: {
    ...kept({ type: ["string", "null"], enum: [PERSON, "CROSS_DEVICE_HOUSEHOLD"] }, PERSON),
    read: (value) => value ?? PERSON,
    show: (source, context) =>
      source.idType === "CROSS_DEVICE" ? (keptOf(source, context)["subIdType"] ?? PERSON) : null,
  },
  inboundS2S: kept(FLAG, false),
  outboundS2S: kept(FLAG, false),
  useAudienceManagerVisitorID: inboundIdType({
    schema: { ...FLAG, description: "Files name visitors by our own IDs." },
    show: (source) => source.inboundIdType === "AAM_UUID",
  }),
  marketingCloudVisitorIdVersion: inboundIdType({
    schema: { type: "integer", minimum: 0, description: "Files name visitors by ECID unless 0." },
    show: (source) => Number(source.inboundIdType === "ECID"),
  }),
  masterDataSourceIdProvider: kept(FLAG, false),
  allowDataSharing: kept(FLAG, false),
  linkNamespace: kept(FLAG, false),
  dataExportRestrictions: kept({ type: "array", items: { type: "string" } }, []),
  uniqueTraitIntegrationCodes: kept(FLAG, false),
  uniqueSegmentIntegrationCodes: kept(FLAG, false),
  supportsAuthenticatedProfile: { ...flag(), document: "authenticatedProfile" },
  authenticatedProfileName: {
    ...kept({ ...NAME, description: "The name of the data source unless it is given." }, ""),
    // Nobody gives a name by sending back the one that follows from the other.
    read: (value, { name }) => (value === name ? "" : value),
    show: (source, context) => {
      const given = keptOf(source, context)["authenticatedProfileName"] ?? "";
      return given === "" && source.authenticatedProfile ? source.name : given;
    },
  },
  customerProfileDataRetention: {
    kind: "written",
    schema: {
      type: ["integer", "null"],
      multipleOf: MONTH_SECONDS,
      description: "Seconds, in months of 30 days; 62208000 if left out. CROSS_DEVICE only.",
    },
    document: "retentionMonths",
    read: (value) => (typeof value === "number" ? value / MONTH_SECONDS : (value ?? 24)),
    show: ({ idType, retentionMonths }) =>
      idType === "CROSS_DEVICE" ? retentionMonths * MONTH_SECONDS : null,
  },
  deviceGraph: flag(),
  deviceGraphName: kept(NAME, ""),
  allowDeviceGraphSharing: kept(FLAG, false),
  customNamespaceId: { ...givenId(), show: ({ dataSourceId }) => dataSourceId },
  customNamespaceCode: {
    kind: "given",
    schema: CODE,
    show: ({ integrationCode }) => integrationCode,
  },
  samplingEnabled: {
    ...kept(FLAG, false),
    show: (source, context) => {
      const { samplingEnabled, samplingEndTime } = keptOf(source, context);
      return samplingEnabled === true && Number(samplingEndTime) > context.now;
    },
  },
  samplingStartTime: samplingTime("samplingStartTime"),
  samplingEndTime: samplingTime("samplingEndTime"),
  containerIds: {
    kind: "given",
    schema: { type: "array", items: { type: "integer" }, description: "Of its ID syncs." },
    show: ({ dataSourceId }, { view, pid }) => {
      const syncs = view.ofPartner("idSyncs", pid);
      const own = syncs.filter((sync) => sync.dataSourceId === dataSourceId);
      return [...new Set(own.map(({ container }) => container))].sort((a, b) => a - b);
    },
  },
  maySync: flag(),
  thirdParty: flag(),
  redirectAllowList: {
    kind: "written",
    schema: { type: ["array", "null"], items: { type: "string" }, description: "Null: all hosts." },
  },
  ...recordKeys("dataSources", ({ dataSourceId }) => dataSourceId),
};

function samplingTime(name: string): Key {
  return {
    kind: "given",
    schema: { ...TIME, type: ["integer", "null"] },
    show: (source, context) => keptOf(source, context)[name] ?? null,
  };
}

export const DATA_SOURCES: ResourceKind<"dataSources"> = {
  list: "dataSources",
  path: "datasources",
  noun: "data source",
  space: "dataSources",
  builtIn: BUILT_IN_DATA_SOURCES,
  keys: KEYS,
  filters: {
    inboundOnly: whereKept((stored) => stored["inboundS2S"] === true, "inboundOnly"),
    outboundOnly: whereKept((stored) => stored["outboundS2S"] === true, "outboundOnly"),
    excludeReportSuites: whereKept(
      (stored) => stored["type"] !== "REPORT_SUITE",
      "excludeReportSuites",
    ),
    integrationCode: codeFilter(),
    // Models may name each of them.
    modelingEnabled: whereKept(() => true, "modelingEnabled"),
    availableForContainersOnly: {
      schema: { ...FLAG, description: "Those whose IDs may be synced." },
      read: (query) => (query.flag("availableForContainersOnly") ? ({ maySync }) => maySync : null),
    },
    includeThirdParty: {
      schema: { ...FLAG, description: "Also those that all partners share." },
      read: (query) => (query.flag("includeThirdParty") ? null : ({ pid }) => pid !== null),
    },
  },
  additions: [],
  rights: null,
  dependents: dataSourceUsers,
  check: checkRetention,
  completeKept: (given, { item, before }, context) => {
    const isCrossDevice = item["idType"] === "CROSS_DEVICE";
    const stored = isCrossDevice ? given : { ...given, subIdType: PERSON };
    if (stored["samplingEnabled"] !== true) return stored;
    const { samplingStartTime: start, samplingEndTime: end } =
      before === null ? {} : keptOf(before, context);
    // Sampling that is under way goes on; the next one begins now.
    const goesOn = typeof end === "number" && end > context.now;
    const times = goesOn
      ? { samplingStartTime: start, samplingEndTime: end }
      : { samplingStartTime: context.now, samplingEndTime: context.now + SAMPLING_MS };
    return { ...stored, ...times };
  },
};

function whereKept(
  isWanted: (stored: ApiObject) => boolean,
  option: string,
): ListFilter<DataSourceDefinition> {
  return {
    schema: FLAG,
    read: (query, context) =>
      query.flag(option) ? (source) => isWanted(keptOf(source, context)) : null,
  };
}

/** The document counts in months: its own words would tell a caller nothing. */
function checkRetention(item: ApiObject): Refusal | null {
  const { retentionMonths: months } = item;
  const most = CATALOG_LIMITS.retentionMonths;
  if (months === undefined || (Number.isInteger(months) && Number(months) >= 1)) {
    if (months === undefined || Number(months) <= most) return null;
  }
  const message = `Expected 1 to ${most} months of 30 days, in seconds: a multiple of ${MONTH_SECONDS}.`;
  const fault = { at: "/customerProfileDataRetention", code: "E_VALUE", message };
  return refusal("bad-request", message, [fault]);
}
