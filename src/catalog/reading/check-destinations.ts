// What a destination must have depends on its type and its settings; what it names must exist.

import type { DestinationMapping } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { DestinationDraft, Drafts, MappingDraft } from "./drafts.ts";
import { quote, type Reading } from "./reading.ts";
import {
  checkPartnerExists,
  PartnerCount,
  resolveReference,
  warnOfUnknownMacros,
} from "./references.ts";
import type { Registers } from "./registers.ts";
import { hasAliasMacro } from "./spellings.ts";

const LIMITS = CATALOG_LIMITS;
type Place = readonly (string | number)[];

export function checkDestinations(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new PartnerCount("destinations", LIMITS.destinationsPerPartner);
  const serverCounts = new PartnerCount("server destinations", LIMITS.serverDestinationsPerPartner);
  const names = new Map<number | undefined, Set<string>>();
  for (const [index, destination] of drafts.destinations.entries()) {
    if (destination === undefined) continue;
    const place = ["destinations", index] as const;
    const { pid, name } = destination;
    counts.add(pid, place, reading);
    if (destination.destinationType === "S2S") serverCounts.add(pid, place, reading);
    checkPartnerExists(registers.partners, { place: [...place, "pid"], pid }, reading);
    checkSettings(destination, { place, registers }, reading);
    checkSites(destination, { place, registers }, reading);
    checkMappings(destination, { place, registers }, reading);

    const taken = names.get(pid) ?? new Set();
    names.set(pid, taken);
    if (name === undefined) continue;
    if (taken.has(name.toLowerCase())) {
      const message = `Another destination of the partner is called ${quote(name)} too.`;
      reading.warnAt([...place, "name"], { code: "W_DUPLICATE_NAME", message });
    }
    taken.add(name.toLowerCase());
  }
}

interface Surroundings {
  readonly place: Place;
  readonly registers: Registers;
}

/** Keys that other settings make necessary. */
function checkSettings(
  destination: DestinationDraft,
  { place, registers }: Surroundings,
  reading: Reading,
): void {
  const isSerialized = destination.serializationEnabled === true;
  const need = (key: string, value: unknown, why: string) => {
    if (value !== null) return;
    reading.faultAt([...place, key], "E_MISSING_KEY", `The key "${key}" is required ${why}.`);
  };
  if (destination.destinationType === "PUSH" && isSerialized) {
    const why = "where segments are serialized";
    need("urlFormatString", destination.urlFormatString, why);
    need("delimiter", destination.delimiter, why);
    for (const key of ["urlFormatString", "secureUrlFormatString"] as const) {
      const url = destination[key];
      const macros = { url, place: [...place, key], pid: destination.pid };
      warnOfUnknownMacros(registers.dataSources, macros, reading);
      if (url === undefined || url === null || hasAliasMacro(url)) continue;
      const message = `The URL ${quote(url)} has no %ALIAS%, where the segments would go.`;
      reading.faultAt([...place, key], "E_VALUE", message);
    }
  }
  if (destination.destinationType === "ADS") {
    if (destination.formatType === "single_key") {
      need("singleKey", destination.singleKey, 'with the format "single_key"');
    }
    if (isSerialized) {
      const separator = destination.serializationSeparator;
      need("serializationSeparator", separator, "where segments are serialized");
    }
  }
}

function checkSites(
  destination: DestinationDraft,
  { place, registers }: Surroundings,
  reading: Reading,
): void {
  if (destination.destinationType !== "ADS") return;
  const { pid } = destination;
  for (const [index, siteId] of (destination.siteIDs ?? []).entries()) {
    const site = { place: [...place, "siteIDs", index], id: siteId, pid };
    resolveReference(registers.partnerSites, site, reading);
  }
}

function checkMappings(
  destination: DestinationDraft,
  { place, registers }: Surroundings,
  reading: Reading,
): void {
  const mappingIds = new Set<number>();
  const sids = new Set<number>();
  for (const [index, mapping] of (destination.mappings ?? []).entries()) {
    if (mapping === undefined) continue;
    const at = [...place, "mappings", index];
    const { mappingId, sid } = mapping;
    if (mappingId !== undefined) {
      if (mappingIds.has(mappingId)) {
        const message = `Another mapping of the destination has the ID ${mappingId}.`;
        reading.faultAt([...at, "mappingId"], "E_DUPLICATE_ID", message);
      }
      mappingIds.add(mappingId);
    }
    if (sid !== undefined) {
      if (sids.has(sid)) {
        const message = `The destination has a mapping of ${sid} already; expected one at most.`;
        reading.faultAt([...at, "sid"], "E_DUPLICATE_ID", message);
      }
      sids.add(sid);
      checkMapped(destination, { sid, place: [...at, "sid"], registers }, reading);
    }
    checkMappingKeys(destination, mapping, at, reading);
    for (const key of ["url", "secureUrl"] as const) {
      const macros = { url: mapping[key], place: [...at, key], pid: destination.pid };
      warnOfUnknownMacros(registers.dataSources, macros, reading);
    }
  }
}

/** Segments are mapped; to server destinations traits may be too. */
function checkMapped(
  { destinationType, pid }: DestinationDraft,
  { sid, place, registers }: Surroundings & { readonly sid: number },
  reading: Reading,
): void {
  const takesTraits = destinationType === "S2S" || destinationType === undefined;
  const isTrait = registers.traits.get(sid)?.pid === pid;
  if (takesTraits && isTrait) return;
  resolveReference(registers.segments, { place, id: sid, pid }, reading);
}

type MappingKey = "url" | "secureUrl" | "traitAlias" | "valueAlias";

interface MappingNeeds {
  readonly required: readonly MappingKey[];
  readonly allowed: readonly MappingKey[];
  /** Whose mappings these are, to end a sentence. */
  readonly kind: string;
}

/** Null for a destination of an unknown type or with unreadable settings. */
function mappingNeeds(destination: DestinationDraft): MappingNeeds | null {
  switch (destination.destinationType) {
    case "PUSH":
      if (destination.serializationEnabled === undefined) return null;
      return destination.serializationEnabled
        ? { required: [], allowed: ["traitAlias"], kind: "a serialized URL destination" }
        : {
            required: ["url"],
            allowed: ["url", "secureUrl", "traitAlias"],
            kind: "a URL destination",
          };
    case "ADS":
      if (destination.formatType === undefined) return null;
      return destination.formatType === "key_value"
        ? {
            required: ["traitAlias", "valueAlias"],
            allowed: ["traitAlias", "valueAlias"],
            kind: 'a cookie destination of format "key_value"',
          }
        : {
            required: ["valueAlias"],
            allowed: ["valueAlias"],
            kind: 'a cookie destination of format "single_key"',
          };
    case "S2S":
      return { required: [], allowed: ["traitAlias", "valueAlias"], kind: "a server destination" };
    default:
      return null;
  }
}

const MAPPING_KEYS: readonly MappingKey[] = ["url", "secureUrl", "traitAlias", "valueAlias"];

function checkMappingKeys(
  destination: DestinationDraft,
  mapping: MappingDraft,
  place: Place,
  reading: Reading,
): void {
  const needs = mappingNeeds(destination);
  if (needs === null) return;
  for (const key of MAPPING_KEYS) {
    const value: DestinationMapping[MappingKey] | undefined = mapping[key];
    if (value === undefined) continue;
    if (value === null && needs.required.includes(key)) {
      const message = `The key "${key}" is required in a mapping of ${needs.kind}.`;
      reading.faultAt([...place, key], "E_MISSING_KEY", message);
    }
    if (value !== null && !needs.allowed.includes(key)) {
      const message = `A mapping of ${needs.kind} has no "${key}"; expected null or nothing.`;
      reading.faultAt([...place, key], "E_VALUE", message);
    }
  }
}
