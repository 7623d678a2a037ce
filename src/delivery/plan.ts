// What a page is told because of the visitor's segments: cookies to set and URLs to fire. The front door
// of `delivery/`.

import type { DataSourceId, DeviceId, SegmentId } from "../model/ids.ts";
import type { Told } from "../model/tellings.ts";
import { heldBackUntil, type ToldBefore, toldOf } from "./caps.ts";
import { planCookie } from "./cookie-destination.ts";
import type { Candidate, DestinationCatalog, IndexedDestination } from "./destination-catalog.ts";
import { planUrls } from "./url-destination.ts";

export { heldBackUntil } from "./caps.ts";
export { type DestinationCatalog, indexDestinations } from "./destination-catalog.ts";

/** What the call and the visitor say, as far as a destination wants to know it. */
export interface DestinationCall {
  /** Every segment that the visitor is in now, ascending. */
  readonly segments: readonly SegmentId[];
  /** Segments that the visitor has just left. */
  readonly lost: readonly SegmentId[];
  readonly device: DeviceId;
  /** What the device's profile says of destinations with caps; null where it could not be read. */
  readonly toldBefore: ToldBefore | null;
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
  /** Whether the consent string allows an IAB vendor. Absent where no string has been read. */
  vendorConsent?(vendorId: number): boolean;
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
  /** Cookie destinations left out because not even their first pair fits; absent when none was. */
  readonly cookieOverflowCount?: number;
  /** The destinations with caps among them: to be stored before the page hears of it. Absent when there are none. */
  readonly told?: readonly Told[];
  /** Destinations left out because of their caps; absent when none was. */
  readonly heldBackCount?: number;
}

const NOTHING: DestinationPlan = { stuff: [], dests: [] };

/**
 * What this answer tells the page. Touches only destinations that one of the visitor's segments is
 * mapped to. Destinations come in ascending order of ID, mappings in order of priority.
 */
export function planDestinations(
  catalog: DestinationCatalog,
  call: DestinationCall,
): DestinationPlan {
  if (catalog.isEmpty) return NOTHING;
  const candidates = candidatesOf(catalog, call);
  if (candidates.size === 0) return NOTHING;

  const page: PageDraft = { stuff: [], dests: [] };
  const randomNumber = drawnOnce(call);
  for (const place of [...candidates.keys()].sort((a, b) => a - b)) {
    const destination = catalog.destinations[place];
    const candidate = candidates.get(place);
    if (destination === undefined || candidate === undefined) continue;
    if (!isEligible(destination, call)) continue;
    if (destination.kind === "url") {
      const urls = call.wantsUrls ? planUrls(destination, candidate.held, call, randomNumber) : [];
      if (urls.length > 0 && mayTell(destination, call, page)) page.dests.push(...urls);
      continue;
    }
    const cookie = planCookie(destination, candidate, call);
    if (cookie === null) continue;
    // That a cookie ends is said once: a cap that held it back would keep the cookie for ever.
    const isEnd = candidate.held.length === 0;
    if (cookie === "overflow") page.cookieOverflowCount = (page.cookieOverflowCount ?? 0) + 1;
    else if (isEnd || mayTell(destination, call, page)) page.stuff.push(cookie);
  }
  return page;
}

/** A plan in the making. */
interface PageDraft {
  readonly stuff: CookieEntry[];
  readonly dests: UrlEntry[];
  cookieOverflowCount?: number;
  told?: Told[];
  heldBackCount?: number;
}

/** Whether the destination's caps let this answer tell of it, noting in the draft what they say. */
function mayTell(
  { id, caps }: IndexedDestination,
  call: DestinationCall,
  page: PageDraft,
): boolean {
  if (caps === null) return true;
  const { toldBefore, now } = call;
  // Nobody knows how often it was told before: no more than the caps say is promised.
  if (toldBefore === null || heldBackUntil(caps, id, toldBefore, now) !== null) {
    page.heldBackCount = (page.heldBackCount ?? 0) + 1;
    return false;
  }
  page.told ??= [];
  page.told.push(toldOf(id, caps));
  return true;
}

/** By place in the catalog: the mappings in force that the visitor's segments, and the lost ones, lead to. */
function candidatesOf(
  catalog: DestinationCatalog,
  call: DestinationCall,
): ReadonlyMap<number, Candidate> {
  const candidates = new Map<number, Candidate>();
  const collect = (segments: readonly SegmentId[], side: keyof Candidate): void => {
    for (const segment of segments) {
      for (const { place, mapping } of catalog.mappingsBySegment.get(segment) ?? []) {
        if (call.now < mapping.fromMs || call.now >= mapping.untilMs) continue;
        let candidate = candidates.get(place);
        if (candidate === undefined) candidates.set(place, (candidate = { held: [], lost: [] }));
        candidate[side].push(mapping);
      }
    }
  };
  collect(call.segments, "held");
  if (catalog.clearsCookies) collect(call.lost, "lost");
  for (const { held } of candidates.values()) held.sort((a, b) => a.rank - b.rank);
  return candidates;
}

function isEligible(destination: IndexedDestination, call: DestinationCall): boolean {
  if (call.now < destination.fromMs || call.now >= destination.untilMs) return false;
  return destination.platforms.has(call.platform);
}

/** `%rnd%` is one number a call, however often it occurs. */
function drawnOnce(call: DestinationCall): () => number {
  let drawn: number | null = null;
  return () => (drawn ??= call.random());
}
