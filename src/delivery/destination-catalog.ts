// One partner's URL and cookie destinations, prepared once for many calls: found by segment, dates as
// numbers, URLs compiled. Server destinations have no part in an answer and are not here.

import type {
  CookieDestination,
  DestinationDefinition,
  DestinationMapping,
  PartnerSiteDefinition,
  UrlDestination,
} from "@dunlin/contract/workspace";
import { asDestinationId, asSegmentId, type DestinationId, type SegmentId } from "../model/ids.ts";
import { type Caps, capsOf } from "./caps.ts";
import { compileUrl, type UrlTemplate, vendorsOf } from "./url-template.ts";

/** One partner's destinations, indexed by the segments that are mapped to them. */
export interface DestinationCatalog {
  readonly isEmpty: boolean;
  /** Ascending by destination ID. */
  readonly destinations: readonly IndexedDestination[];
  readonly mappingsBySegment: ReadonlyMap<SegmentId, readonly PlacedMapping[]>;
  /** Whether some cookie destination wants to hear of segments that were lost. */
  readonly clearsCookies: boolean;
}

/** A mapping and the place of its destination in the catalog. */
export interface PlacedMapping {
  readonly place: number;
  readonly mapping: IndexedMapping;
}

export interface IndexedMapping {
  readonly mappingId: number;
  /** Place in the order of priority, from 0. */
  readonly rank: number;
  /** In force from the first moment to just before the last. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** What `%ALIAS%` and a pair's key stand for: the alias, or else the segment's ID. */
  readonly alias: string;
  readonly value: string;
  readonly url: UrlTemplate | null;
  readonly secureUrl: UrlTemplate | null;
}

interface IndexedBase {
  readonly id: DestinationId;
  /** Null: it may be told as often as the visitor calls. */
  readonly caps: Caps | null;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Values of `d_ptfm` to which the destination answers. */
  readonly platforms: ReadonlySet<string>;
}

export interface IndexedUrlDestination extends IndexedBase {
  readonly kind: "url";
  readonly definition: UrlDestination;
  /** Serialized destinations only. */
  readonly url: UrlTemplate | null;
  readonly secureUrl: UrlTemplate | null;
  /** IAB vendors that some URL of the destination hands the consent string to. */
  readonly vendors: readonly number[];
}

export interface IndexedCookieDestination extends IndexedBase {
  readonly kind: "cookie";
  readonly definition: CookieDestination;
  /** Host names, in lower case, that the destination is limited to or kept from. */
  readonly sites: readonly string[];
}

export type IndexedDestination = IndexedUrlDestination | IndexedCookieDestination;

/** Mappings of one destination that are in force for a call. */
export interface Candidate {
  /** Of segments that the visitor is in, in order of priority. */
  readonly held: IndexedMapping[];
  /** Of segments that the visitor has just left. */
  readonly lost: IndexedMapping[];
}

export function indexDestinations(
  definitions: readonly DestinationDefinition[],
  sites: readonly PartnerSiteDefinition[],
): DestinationCatalog {
  const hostsBySite = new Map(sites.map((site) => [site.siteId, site.url.toLowerCase()]));
  const destinations: IndexedDestination[] = [];
  const mappingsBySegment = new Map<SegmentId, PlacedMapping[]>();
  for (const definition of definitions.toSorted((a, b) => a.destinationId - b.destinationId)) {
    if (definition.status !== "ACTIVE" || definition.destinationType === "S2S") continue;
    const place = destinations.length;
    const mappings = inPriorityOrder(definition.mappings).map(indexMapping);
    destinations.push(
      definition.destinationType === "PUSH"
        ? indexUrlDestination(definition, mappings)
        : indexCookieDestination(definition, hostsBySite),
    );
    for (const [rank, { sid }] of inPriorityOrder(definition.mappings).entries()) {
      const mapping = mappings[rank];
      if (mapping === undefined) continue;
      const placed = mappingsBySegment.get(asSegmentId(sid)) ?? [];
      mappingsBySegment.set(asSegmentId(sid), placed);
      placed.push({ place, mapping });
    }
  }
  return {
    isEmpty: mappingsBySegment.size === 0,
    destinations,
    mappingsBySegment,
    clearsCookies: destinations.some(
      (destination) => destination.kind === "cookie" && destination.definition.clearOnDisqualify,
    ),
  };
}

/** Priority ascending, without one last; then mapping ID ("Data out and in", Rendering). */
function inPriorityOrder(mappings: readonly DestinationMapping[]): readonly DestinationMapping[] {
  const rank = (mapping: DestinationMapping) => mapping.priority ?? Number.MAX_SAFE_INTEGER;
  return mappings.toSorted((a, b) => rank(a) - rank(b) || a.mappingId - b.mappingId);
}

function indexMapping(mapping: DestinationMapping, rank: number): IndexedMapping {
  return {
    mappingId: mapping.mappingId,
    rank,
    ...readDates(mapping),
    alias: mapping.traitAlias ?? String(mapping.sid),
    value: mapping.valueAlias ?? String(mapping.sid),
    url: compileOptional(mapping.url),
    secureUrl: compileOptional(mapping.secureUrl),
  };
}

function indexUrlDestination(
  definition: UrlDestination,
  mappings: readonly IndexedMapping[],
): IndexedUrlDestination {
  const url = compileOptional(definition.urlFormatString);
  const secureUrl = compileOptional(definition.secureUrlFormatString);
  const templates = definition.serializationEnabled
    ? [url, secureUrl]
    : mappings.flatMap((mapping) => [mapping.url, mapping.secureUrl]);
  const vendors = new Set(templates.flatMap((template) => (template ? vendorsOf(template) : [])));
  return {
    kind: "url",
    definition,
    ...readBase(definition),
    url,
    secureUrl,
    vendors: [...vendors],
  };
}

function indexCookieDestination(
  definition: CookieDestination,
  hostsBySite: ReadonlyMap<number, string>,
): IndexedCookieDestination {
  return {
    kind: "cookie",
    definition,
    ...readBase(definition),
    sites: definition.siteIDs.flatMap((siteId) => hostsBySite.get(siteId) ?? []),
  };
}

function readBase(definition: UrlDestination | CookieDestination): IndexedBase {
  return {
    id: asDestinationId(definition.destinationId),
    caps: capsOf(definition),
    ...readDates(definition),
    platforms: platformsOf(definition),
  };
}

/** A call of platform `all` suits everybody but cookies of the browser ("Data out and in", Platform filter). */
function platformsOf(definition: UrlDestination | CookieDestination): ReadonlySet<string> {
  if (definition.platform === "ALL") return new Set(["browser", "android", "ios", "all"]);
  const own = definition.platform.toLowerCase();
  const isBrowserCookie = definition.destinationType === "ADS" && own === "browser";
  return new Set(isBrowserCookie ? [own] : [own, "all"]);
}

/** Midnight UTC to midnight UTC; the end day is outside ("Data out and in", Segment mappings). */
function readDates(dates: { readonly startDate: string | null; readonly endDate: string | null }) {
  const midnight = (date: string) => Date.parse(`${date}T00:00:00Z`);
  return {
    fromMs: dates.startDate === null ? Number.NEGATIVE_INFINITY : midnight(dates.startDate),
    untilMs: dates.endDate === null ? Number.POSITIVE_INFINITY : midnight(dates.endDate),
  };
}

function compileOptional(url: string | null): UrlTemplate | null {
  return url === null ? null : compileUrl(url);
}
