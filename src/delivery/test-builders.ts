// Destinations and calls for tests: everything that a test does not name has the value the vectors use.

import type {
  CookieDestination,
  DestinationMapping,
  PartnerSiteDefinition,
  UrlDestination,
} from "@dunlin/contract/workspace";
import { asSegmentId, type DeviceId } from "../model/ids.ts";
import { EMPTY_PROFILE } from "../model/profile.ts";
import type { DestinationCall } from "./plan.ts";

export const SITES: readonly PartnerSiteDefinition[] = [
  { siteId: 312, pid: 1957, url: "Sports.com" },
  { siteId: 313, pid: 1957, url: "news.example" },
];

export function aMapping(keys: Partial<DestinationMapping>): DestinationMapping {
  return {
    mappingId: 1,
    sid: 101,
    startDate: null,
    endDate: null,
    priority: null,
    url: null,
    secureUrl: null,
    traitAlias: null,
    valueAlias: null,
    ...keys,
  };
}

const BASE = {
  destinationId: 1,
  pid: 1957,
  name: "A destination",
  description: "",
  status: "ACTIVE",
  startDate: null,
  endDate: null,
  serializationEnabled: false,
  autoFillMapping: "NONE",
  minIntervalSeconds: null,
  maxPerDay: null,
  mappings: [],
} as const;

export function aUrlDestination(keys: Partial<UrlDestination>): UrlDestination {
  return {
    ...BASE,
    destinationType: "PUSH",
    platform: "ALL",
    tagType: 0,
    urlType: "NORMAL",
    urlFormatString: null,
    secureUrlFormatString: null,
    delimiter: null,
    ...keys,
  };
}

export function aCookieDestination(keys: Partial<CookieDestination>): CookieDestination {
  return {
    ...BASE,
    destinationType: "ADS",
    platform: "BROWSER",
    cookieName: "adobe",
    cnameDomain: "",
    ttl: 30,
    maxSize: 2048,
    clearOnDisqualify: false,
    domainRestrictions: "all_domains",
    siteIDs: [],
    formatType: "single_key",
    singleKey: "key",
    keySeparator: "=",
    valueSeparator: ",",
    serializationSeparator: null,
    ...keys,
  };
}

export function aCall(keys: Partial<DestinationCall> = {}): DestinationCall {
  return {
    segments: [101, 102, 103].map(asSegmentId),
    lost: [],
    // A brand by hand: the test's own ID, known to be well formed.
    device: "19393572368547369350319949416899715727" as DeviceId,
    toldBefore: EMPTY_PROFILE,
    mid: () => "54893990981158357332062532910972162921",
    declaredId: (dataSource) => (Number(dataSource) === 1 ? "CustomerABC" : null),
    region: 7,
    now: 1_773_144_000_000,
    platform: "browser",
    secure: true,
    pageHost: "golf.sports.com",
    pageScheme: "https",
    gdpr: "0",
    gdprConsent: "",
    wantsUrls: true,
    random: () => 1_804_289_383 / 2 ** 31,
    ...keys,
  };
}
