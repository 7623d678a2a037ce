// What a mapping is in the API ("Management API, reports and UI", Mapping requests and responses). Which keys it
// has depends on its destination.

import type { DestinationDefinition, DestinationMapping } from "@dunlin/contract/workspace";
import { etagOfState } from "../../../access/etag.ts";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import { mappingsOf, type ObjectRecord } from "../../../control/object-records.ts";
import type { ReadKind } from "../object-keys.ts";
import type { ApiKey, ApiKeys, ApiObject, JsonSchema, ResourceContext } from "../resource-kind.ts";
import { constant, givenId, ID, TIME, written } from "../shared-keys.ts";

export interface MappedItem {
  readonly destination: DestinationDefinition;
  readonly mapping: DestinationMapping;
}

const alias = { type: ["string", "null"], maxLength: CATALOG_LIMITS.aliasLength } as const;
const url = { type: ["string", "null"], maxLength: CATALOG_LIMITS.urlLength } as const;
const end = { type: ["string", "null"], format: "date" } as const;
/** Nothing reads tag codes; records are small. */
const TAG_CODE = { type: ["string", "null"], maxLength: 1_000 } as const;
const TEXT_SHOWN = { type: ["string", "null"] } as const;
const USER = { type: "integer" } as const;

const id = (): ApiKey<MappedItem> => ({ ...givenId(), show: ({ mapping }) => mapping.mappingId });

/** Who made a mapping and who changed it last, and when: nobody knows of one that came with a workspace. */
function recorded(
  name: "createTime" | "updateTime" | "crUID" | "upUID",
  schema: JsonSchema,
): ApiKey<MappedItem> {
  return {
    ...{ kind: "given", schema },
    show: (item, context) => mappingRecordOf(item, context)[name],
  };
}

/** Stored and given back: no page is ever told. */
function tagCode(name: "tagCode" | "secureTagCode"): ApiKey<MappedItem> {
  return {
    ...{ kind: "kept", schema: TAG_CODE },
    show: (item, context) => mappingRecordOf(item, context).kept?.[name] ?? null,
  };
}

function element(show: (mapped: Mapped) => unknown): ApiKey<MappedItem> {
  return {
    ...{ kind: "given", schema: TEXT_SHOWN },
    show: ({ mapping }, context) => {
      const mapped = mappedOf(mapping.sid, context);
      return mapped === null ? null : show(mapped);
    },
  };
}

export const MAPPING_KEYS: ApiKeys<MappedItem> = {
  mappingId: id(),
  destinationMappingId: id(),
  destinationId: {
    ...givenId(),
    show: ({ destination }) => destination.destinationId,
  },
  traitType: {
    kind: "given",
    schema: { type: "string", enum: ["SEGMENT", "TRAIT"], description: "TRAIT: S2S only." },
    show: ({ mapping }, context) => mappedOf(mapping.sid, context)?.traitType ?? "SEGMENT",
  },
  traitValue: constant({ type: "integer" }, 0),
  sid: written({ ...ID, description: "Required of a new mapping; stays as it is." }),
  elementName: element(({ item }) => item.name),
  elementDescription: element(({ item }) => item.description),
  elementStatus: element(({ item }) => item.status.toLowerCase()),
  startDate: written({ ...end, description: "Today, if left out of a new mapping." }),
  endDate: written({ ...end, description: "The first day without it." }),
  priority: written({
    type: ["integer", "null"],
    description: "The lower the earlier. Of a new cookie mapping the next free one.",
  }),
  createTime: recorded("createTime", TIME),
  updateTime: recorded("updateTime", TIME),
  crUID: recorded("crUID", USER),
  upUID: recorded("upUID", USER),
  url: { ...written(url), show: (item) => urlOf(item, "url") },
  secureUrl: { ...written(url), show: (item) => urlOf(item, "secureUrl") },
  tagCode: tagCode("tagCode"),
  secureTagCode: tagCode("secureTagCode"),
  traitAlias: written(alias),
  valueAlias: written(alias),
  // An old name of the ID, which bodies may hold.
  traitToDataOrderId: givenId(),
};

export const MAPPING_KIND: ReadKind = { noun: "mapping", keys: MAPPING_KEYS };

/** The keys that only mappings of some destinations have. */
const OWN_KEYS: Readonly<Record<string, (item: MappedItem) => boolean>> = {
  url: isOfUrl,
  secureUrl: isOfUrl,
  tagCode: isOfUrl,
  secureTagCode: isOfUrl,
  valueAlias: ({ destination: { destinationType }, mapping }) =>
    destinationType === "ADS" || (destinationType === "S2S" && mapping.valueAlias !== null),
  traitToDataOrderId: () => false,
};

export function showMapping(item: MappedItem, context: ResourceContext): ApiObject {
  const shown: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(MAPPING_KEYS)) {
    if (OWN_KEYS[name]?.(item) === false) continue;
    shown[name] = key.show?.(item, context) ?? Reflect.get(item.mapping, name) ?? null;
  }
  return shown;
}

/** `given` is an ID, as a path holds it. */
export function findMappingIn(
  { mappings }: DestinationDefinition,
  given: string,
): DestinationMapping | undefined {
  const id = /^[0-9]{1,15}$/.test(given) ? Number(given) : -1;
  return mappings.find(({ mappingId }) => mappingId === id);
}

export function mappingRecordOf(
  { destination, mapping }: MappedItem,
  { recordOf }: ResourceContext,
): ObjectRecord {
  return recordOf(mappingsOf(destination.destinationId), mapping.mappingId);
}

/** Changes whenever the mapping does, and not with others of its destination. */
export function mappingEtag(item: MappedItem, context: ResourceContext): string {
  const { kept, version } = mappingRecordOf(item, context);
  return etagOfState([item.mapping, kept ?? null, version]);
}

/** Whether all segments of the destination share one URL. */
export function isSerializedUrl({ destinationType, serializationEnabled }: DestinationDefinition) {
  return destinationType === "PUSH" && serializationEnabled;
}

interface Mapped {
  readonly traitType: "SEGMENT" | "TRAIT";
  readonly item: {
    readonly name: string;
    readonly description: string;
    readonly status: string;
    readonly dataSourceId: number;
    readonly integrationCode: string | null;
  };
}

/** What is mapped: a segment, or to a server destination a trait. */
export function mappedOf(sid: number, { view }: ResourceContext): Mapped | null {
  const segment = view.find("segments", sid);
  if (segment !== undefined) return { traitType: "SEGMENT", item: segment };
  const trait = view.find("traits", sid);
  return trait === undefined ? null : { traitType: "TRAIT", item: trait };
}

function isOfUrl({ destination }: MappedItem): boolean {
  return destination.destinationType === "PUSH";
}

/** Documented answers hold the alias in the place of a URL where all share one. */
function urlOf({ destination, mapping }: MappedItem, name: "url" | "secureUrl"): string | null {
  if (!isSerializedUrl(destination)) return mapping[name];
  return mapping.traitAlias ?? String(mapping.sid);
}
