// Destinations and their mappings, as the API answers them. Which keys say something depends on the type.

import { BOOKKEEPING, type CarryTable, carry, elsewhere, nowhere, to } from "../carry.ts";
import type { ApiObject } from "../gather.ts";
import type { ImportNotes } from "../notes.ts";
import {
  asIs,
  codeOf,
  dayOf,
  isEmpty,
  isJsonObject,
  type JsonObject,
  labelOf,
  numberOf,
  statusOf,
  textOf,
  valueAt,
} from "../values.ts";
import { carryServerKeys } from "./server-destinations.ts";

const SHARED: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("pid", "mappings"),
  ...nowhere(
    "ignored",
    ["transferMethod", "adServerTypeID", "uparamEnabled", "isDeleted"],
    "Without effect.",
  ),
  ...nowhere(
    "lost",
    ["dataExportLabels", "dataExportRestrictions"],
    "Export controls are not carried over: check what may go to this destination.",
  ),
  destinationId: to("destinationId", numberOf),
  name: to("name", asIs),
  description: to("description", textOf),
  destinationType: to("destinationType", (value) =>
    typeof value === "string" ? value.toUpperCase() : value,
  ),
  status: to("status", statusOf),
  startDate: to("startDate", dayOf),
  endDate: to("endDate", dayOf),
  serializationEnabled: to("serializationEnabled", textOf),
  autoFillMapping: to("autoFillMapping", textOf),
  platform: to("platform", textOf),
  minIntervalSeconds: to("minIntervalSeconds", numberOf),
  maxPerDay: to("maxPerDay", numberOf),
};

const UNRESTRICTED = { to: "domainRestrictions", convert: () => undefined };

const URL_TABLE: CarryTable = {
  ...SHARED,
  ...nowhere("ignored", ["dataSourceId"], "A URL destination has no data source."),
  // The API says it of pixels as well, where it means nothing.
  domainRestrictions: UNRESTRICTED,
  tagType: to("tagType", numberOf),
  urlType: to("urlType", textOf),
  urlFormatString: to("urlFormatString", codeOf),
  secureUrlFormatString: to("secureUrlFormatString", codeOf),
  delimiter: to("delimiter", codeOf),
};

const COOKIE_TABLE: CarryTable = {
  ...SHARED,
  ...nowhere("ignored", ["dataSourceId"], "A cookie destination has no data source."),
  cookieName: to("cookieName", asIs),
  cnameDomain: to("cnameDomain", textOf),
  ttl: to("ttl", numberOf),
  maxSize: to("maxSize", numberOf),
  clearOnDisqualify: to("clearOnDisqualify", textOf),
  domainRestrictions: to("domainRestrictions", textOf),
  siteIDs: to("siteIDs", textOf),
  formatType: to("formatType", textOf),
  singleKey: to("singleKey", codeOf),
  keySeparator: to("keySeparator", textOf),
  valueSeparator: to("valueSeparator", textOf),
  serializationSeparator: to("serializationSeparator", codeOf),
};

const MAPPING_TABLE: CarryTable = {
  ...BOOKKEEPING,
  ...elsewhere("mappingId", "destinationMappingId", "traitToDataOrderId", "destinationId"),
  ...elsewhere("orderId", "pid"),
  ...nowhere(
    "ignored",
    [
      ...["elementName", "elementDescription", "elementStatus", "tagCode", "secureTagCode"],
      ...["traitType", "traitValue"],
    ],
    "Follows from the segment and its destination.",
  ),
  sid: to("sid", numberOf),
  startDate: to("startDate", dayOf),
  endDate: to("endDate", dayOf),
  priority: to("priority", numberOf),
  url: to("url", codeOf),
  secureUrl: to("secureUrl", codeOf),
  traitAlias: to("traitAlias", aliasOf),
  valueAlias: to("valueAlias", aliasOf),
};

export interface CarriedDestination {
  readonly document: Record<string, unknown>;
  /** What each mapping of the document is called in notes. */
  readonly mappings: readonly ApiObject[];
}

/** `more`: mappings that stand in files of their own. */
export function carryDestination(
  destination: ApiObject,
  more: readonly ApiObject[],
  notes: ImportNotes,
): CarriedDestination {
  const { fields, origin } = destination;
  const document = carryFields(destination, notes);
  const mappings = [...mappingsOf(destination, notes), ...more];
  if (mappings.length === 0 && !Array.isArray(valueAt(fields, "mappings"))) {
    const reason =
      "No file holds its mappings, so that it is told of nothing: save it with ?includeMappings=true.";
    notes.add("lost", origin, reason);
  }
  const used = new Set(mappings.map(({ fields: mapping }) => mappingIdOf(mapping)));
  document["mappings"] = mappings.map((mapping) => {
    return carryMapping(mapping, { document, used, notes });
  });
  return { document, mappings };
}

function carryFields(destination: ApiObject, notes: ImportNotes): Record<string, unknown> {
  const { fields, origin } = destination;
  const type = String(valueAt(fields, "destinationType")).toUpperCase();
  if (type === "S2S") return carryServerKeys(destination, SHARED, notes);
  const carried = carry(fields, type === "ADS" ? COOKIE_TABLE : URL_TABLE, { notes, origin });
  for (const key of ["minIntervalSeconds", "maxPerDay"]) {
    if (carried[key] === 0) delete carried[key];
  }
  return carried;
}

function mappingsOf({ fields, origin }: ApiObject, notes: ImportNotes): ApiObject[] {
  const written = valueAt(fields, "mappings");
  if (!Array.isArray(written)) {
    if (!isEmpty(written)) notes.add("lost", origin, "Its mappings are no list.");
    return [];
  }
  return written.flatMap((mapping: unknown) => {
    if (!isJsonObject(mapping)) {
      notes.add("lost", origin, "A mapping is no object.");
      return [];
    }
    const label = labelOf("mapping", mappingIdOf(mapping), valueAt(mapping, "elementName"));
    return [{ fields: mapping, origin: { ...origin, object: `${origin.object}, ${label}` } }];
  });
}

/** The API has three names for it. */
function mappingIdOf(mapping: JsonObject): unknown {
  return ["mappingId", "destinationMappingId", "traitToDataOrderId"]
    .map((key) => numberOf(valueAt(mapping, key)))
    .find((id) => id !== undefined);
}

interface MappingSurroundings {
  readonly document: Readonly<Record<string, unknown>>;
  /** IDs of mappings of the destination. */
  readonly used: Set<unknown>;
  readonly notes: ImportNotes;
}

function carryMapping(
  { fields, origin }: ApiObject,
  { document, used, notes }: MappingSurroundings,
): Record<string, unknown> {
  const carried = carry(fields, MAPPING_TABLE, { notes, origin });
  carried["mappingId"] = mappingIdOf(fields) ?? freeId(used);
  if (mappingIdOf(fields) === undefined) {
    notes.add("assumed", origin, `It has no ID; it gets ${carried["mappingId"]}.`);
  }
  // What the API repeats where it has no effect is no loss: aliases in the URLs of a serialized
  // destination, a key beside the value of a cookie with one key.
  for (const key of withoutEffect(document)) delete carried[key];
  return carried;
}

function withoutEffect(document: Readonly<Record<string, unknown>>): readonly string[] {
  switch (document["destinationType"]) {
    case "PUSH":
      return document["serializationEnabled"] === true
        ? ["url", "secureUrl", "valueAlias"]
        : ["valueAlias"];
    case "ADS":
      return document["formatType"] === "key_value"
        ? ["url", "secureUrl"]
        : ["url", "secureUrl", "traitAlias"];
    default:
      return ["url", "secureUrl"];
  }
}

function freeId(used: Set<unknown>): number {
  let id = 1;
  while (used.has(id)) id++;
  used.add(id);
  return id;
}

/** Aliases that are numbers are written with or without quotes. */
function aliasOf(value: unknown): unknown {
  return typeof value === "number" ? String(value) : codeOf(value);
}
