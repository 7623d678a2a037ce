// What a page is told because of the visitor's segments: cookies to set and URLs to fire.

import type { DataSourceId, DeviceId, SegmentId } from "../model/ids.ts";

/** One partner's destinations, indexed by the segments that are mapped to them. */
export interface DestinationCatalog {
  readonly isEmpty: boolean;
}

/** What the call and the visitor say, as far as a destination wants to know it. */
export interface DestinationCall {
  /** Every segment that the visitor is in now, ascending. */
  readonly segments: readonly SegmentId[];
  /** Segments that the visitor has just left. */
  readonly lost: readonly SegmentId[];
  readonly device: DeviceId;
  /** The visitor's ID for this partner (MID); asked for only when a macro needs it. */
  mid(): string;
  /** The visitor's ID in a data source, or null. */
  declaredId(dataSource: DataSourceId): string | null;
  readonly region: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly platform: "browser" | "android" | "ios" | "all";
  /** Whether the call came over TLS. */
  readonly secure: boolean;
  /** Host of the page that made the call, in lower case; null when it is not known. */
  readonly pageHost: string | null;
  readonly pageScheme: "http" | "https";
  readonly gdpr: "0" | "1";
  /** Empty unless `gdpr` is "1". */
  readonly gdprConsent: string;
  /** Whether URL destinations were asked for. */
  readonly wantsUrls: boolean;
  /** A number in [0, 1). */
  random(): number;
}

/** An item of `stuff`: a cookie for the page to set. */
export interface CookieEntry {
  readonly cn: string;
  readonly cv: string;
  /** Days; left out when the cookie never expires. */
  readonly ttl?: number;
  readonly dmn: string;
}

/** An item of `dests`: a URL for the page to fire. */
export interface UrlEntry {
  readonly id: string;
  readonly y: "img" | "iframe";
  readonly c: string;
  readonly e?: string;
  readonly hr?: 0;
}

export interface DestinationPlan {
  readonly stuff: readonly CookieEntry[];
  readonly dests: readonly UrlEntry[];
}
