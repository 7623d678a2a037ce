// `/v1/destinations/` ("Management API, reports and UI", Destinations): three kinds in one list, each with keys
// of its own. Mappings are changed by calls of their own.

import type { DestinationDefinition } from "@dunlin/contract/workspace";
import { isAtLeast } from "../../../access/caller.ts";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import {
  EXPORT_LABELS,
  exportConflicts,
  labelsOf,
  refuseExport,
} from "../destinations/export-controls.ts";
import { showMapping } from "../destinations/mapping-keys.ts";
import type {
  ApiKey,
  ApiKeys,
  ApiObject,
  ListFilter,
  Refusal,
  ResourceContext,
  ResourceKind,
} from "../resource-kind.ts";
import { refusal } from "../resource-kind.ts";
import {
  constant,
  givenId,
  ID,
  kept,
  NAME,
  recordKeys,
  required,
  STATUS,
  TEXT,
  written,
} from "../shared-keys.ts";
import { takenName } from "../taken.ts";

export const DESTINATION_TYPES = ["PUSH", "ADS", "S2S"] as const;
type DestinationType = (typeof DESTINATION_TYPES)[number];

const detail = { listedWith: "includeDetails" } as const;
const flag = { type: "boolean" } as const;
const textOrNull = { type: ["string", "null"] } as const;
const day = {
  type: ["string", "null"],
  format: "date",
  description: "Midnight UTC; null: no bound. The end day is outside.",
} as const;
const cap = (description: string) => ({ type: ["integer", "null"], minimum: 1, description });
const number = (description: string) => ({ type: "integer", minimum: 0, description });
/** Numbers that documented samples send as texts. */
const digits = (description: string) => ({ type: ["integer", "string"], description });

const detailed = (key: ApiKey<never>): ApiKey<never> => ({ ...key, ...detail });

const SHARED_KEYS: ApiKeys<DestinationDefinition> = {
  destinationId: givenId(),
  pid: givenId(),
  name: required(NAME),
  description: written(TEXT),
  status: {
    ...written({ ...STATUS, description: "1 is understood as ACTIVE." }),
    read: (value) => (value === 1 || value === "1" ? "ACTIVE" : value),
  },
  destinationType: required({
    type: "string",
    enum: DESTINATION_TYPES,
    description: "URL, cookie, server to server; stays as it is.",
  }),
  ...recordKeys("destinations", ({ destinationId }) => destinationId),
  domainRestrictions: {
    kind: "written",
    schema: {
      type: "string",
      enum: ["all_domains", "inclusion", "exclusion"],
      description: "Of cookie destinations.",
    },
    show: (item) => ("domainRestrictions" in item ? item.domainRestrictions : "all_domains"),
  },
  dataSourceId: detailed(constant({ type: "null" }, null)),
  startDate: detailed(written(day)),
  endDate: detailed(written(day)),
  serializationEnabled: detailed(written(flag)),
  platform: detailed(written({ type: "string", enum: ["BROWSER", "ANDROID", "iOS", "ALL"] })),
  autoFillMapping: detailed(
    written({ type: "string", enum: ["NONE", "SEGMENT_ID", "INTEGRATION_CODE"] }),
  ),
  dataExportLabels: detailed(
    kept({ type: "array", items: { type: "string", enum: EXPORT_LABELS } }, []),
  ),
  minIntervalSeconds: detailed(written(cap("Before a device is told again; null: no cap."))),
  maxPerDay: detailed(written(cap("Of a device, on a UTC day; null: no cap."))),
  mappings: {
    kind: "given",
    schema: { type: ["array", "null"], items: { type: "object" } },
    shownWith: "includeMappings",
    unasked: null,
    show: (item, context) =>
      item.mappings.map((mapping) => showMapping({ destination: item, mapping }, context)),
  },
};

const OWN_KEYS: Readonly<Record<"PUSH" | "ADS", ApiKeys<DestinationDefinition>>> = {
  PUSH: {
    tagType: written({ type: "integer", enum: [0, 1], description: "0 image, 1 iframe." }),
    urlType: written({ type: "string", enum: ["NORMAL", "SOCIAL"] }),
    urlFormatString: written({ ...textOrNull, description: "Serialized only; with %ALIAS%." }),
    secureUrlFormatString: written(textOrNull),
    delimiter: written({ ...textOrNull, maxLength: CATALOG_LIMITS.delimiterLength }),
  },
  ADS: {
    cookieName: written({ type: "string", description: "Required." }),
    cnameDomain: written({ type: "string", description: "Empty: any domain." }),
    ttl: written(digits("Days; 0 = never expires.")),
    maxSize: written(digits("Bytes.")),
    siteIDs: written({ type: "array", items: ID }),
    formatType: written({ type: "string", enum: ["single_key", "key_value"] }),
    singleKey: written(textOrNull),
    keySeparator: written({ type: "string" }),
    valueSeparator: written({ type: "string" }),
    serializationSeparator: written(textOrNull),
    clearOnDisqualify: written(flag),
    transferMethod: constant(number("Always 0."), 0),
    uparamEnabled: constant(flag, false),
  },
};

/** What bodies may hold, without effect. */
const UNUSED_KEYS: ApiKeys<DestinationDefinition> = {
  adServerTypeID: { kind: "given", schema: { type: "integer", description: "Without effect." } },
};

const KEYS: ApiKeys<DestinationDefinition> = {
  ...SHARED_KEYS,
  ...Object.fromEntries(
    Object.values(OWN_KEYS)
      .flatMap((keys) => Object.entries(keys))
      .map(([name, key]) => [name, { ...key, ...detail }]),
  ),
  ...UNUSED_KEYS,
};

/** Options of the incumbent that this server has nothing to say to. */
function withoutEffect(): ListFilter<DestinationDefinition> {
  return { schema: { type: "boolean", description: "Without effect." }, read: () => null };
}

export const DESTINATIONS: ResourceKind<"destinations"> = {
  list: "destinations",
  path: "destinations",
  noun: "destination",
  space: "destinations",
  keys: KEYS,
  hasKey: ({ destinationType }, name) => {
    if (Object.hasOwn(SHARED_KEYS, name)) return true;
    return destinationType !== "S2S" && Object.hasOwn(OWN_KEYS[destinationType], name);
  },
  // Server destinations have keys of their own, which come back as they were written.
  keepsOtherKeys: ({ destinationType }) => typeOf(destinationType) === "S2S",
  filters: {
    containsSegment: {
      schema: { type: "integer", description: "Only those that are told of this segment." },
      read: (query) => {
        const sid = query.id("containsSegment");
        if (sid === null) return null;
        return ({ mappings }) => mappings.some((mapping) => mapping.sid === sid);
      },
    },
    includeMetrics: withoutEffect(),
    includeAddressableAudienceMetrics: withoutEffect(),
    includeMasterDataSourceIdType: withoutEffect(),
    includeDeletedEntities: withoutEffect(),
  },
  additions: ["includeDetails", "includeMappings"],
  rights: {
    objectType: "DESTINATION",
    scopeOf: ({ destinationId }, permission) => (permission === "CREATE" ? null : destinationId),
  },
  dependents: ({ mappings }) => {
    const [first] = mappings;
    if (first === undefined) return [];
    const all = mappings.length === 1 ? "its mapping" : `its ${mappings.length} mappings`;
    return [{ id: first.mappingId, name: `${all}, which must be deleted first` }];
  },
  complete: (item, before) => ({
    ...withoutForeignDefault(item),
    mappings: before?.mappings ?? [],
  }),
  check: checkDestination,
};

function typeOf(value: unknown): DestinationType | null {
  const wanted = typeof value === "string" ? value.toUpperCase() : "";
  return DESTINATION_TYPES.find((type) => type === wanted) ?? null;
}

/** Answers show it for every kind; only cookie destinations have it. */
function withoutForeignDefault(item: ApiObject): ApiObject {
  const { domainRestrictions, ...others } = item;
  const isDefault = String(domainRestrictions).toLowerCase() === "all_domains";
  return isDefault && typeOf(item["destinationType"]) !== "ADS" ? others : item;
}

function checkDestination(
  item: ApiObject,
  before: DestinationDefinition | null,
  context: ResourceContext,
  keptNow: ApiObject,
): Refusal | null {
  const type = typeOf(item["destinationType"]);
  if (before !== null && type !== before.destinationType) {
    const message = `Expected ${before.destinationType}: the type of a destination stays as it is.`;
    const fault = { at: "/destinationType", code: "E_IMMUTABLE", message };
    return refusal("bad-request", message, [fault]);
  }
  const { caller, pid } = context;
  if (type === "S2S" && !isAtLeast(caller.rights.roleWith(pid), "administrator")) {
    return refusal("forbidden", "Only administrators set server destinations up.");
  }
  return (
    takenName("destinations", { item, before, noun: "destination" }, context) ??
    checkLabels(before, keptNow["dataExportLabels"], context)
  );
}

/** New labels must fit what is mapped already. */
function checkLabels(
  before: DestinationDefinition | null,
  labels: unknown,
  context: ResourceContext,
): Refusal | null {
  if (before === null || !Array.isArray(labels)) return null;
  const known = labelsOf(before.destinationId, context);
  const added = labels.filter((label) => !known.includes(label));
  const conflicts = before.mappings.flatMap(({ sid }) => {
    const told = context.view.find("segments", sid) ?? sid;
    return exportConflicts({ labels: added, told }, context);
  });
  return refuseExport([...new Set(conflicts)], "/dataExportLabels");
}
