// A URL destination in an answer: one URL a mapping, or one URL for all ("Data out and in", URL destinations).

import type { IndexedMapping, IndexedUrlDestination } from "./destination-catalog.ts";
import type { DestinationCall, UrlEntry } from "./plan.ts";
import { type FilledUrl, fillUrl, type UrlTemplate } from "./url-template.ts";

/** A serialized list that would make a longer URL is split. In characters. */
export const MAX_URL_LENGTH = 8000;

export function planUrls(
  destination: IndexedUrlDestination,
  held: readonly IndexedMapping[],
  call: DestinationCall,
  randomNumber: () => number,
): readonly UrlEntry[] {
  if (held.length === 0 || lacksConsent(destination, call)) return [];
  const { definition } = destination;
  const fill = (template: UrlTemplate | null) =>
    template === null ? null : fillUrl(template, call, randomNumber);

  if (!definition.serializationEnabled) {
    return held.flatMap((mapping) => {
      const url = fill(mapping.url);
      if (url === null) return [];
      const id = `${definition.destinationId}-${mapping.mappingId}`;
      return toEntry(destination, call, {
        id,
        url: url.join(mapping.alias),
        secureUrl: fill(mapping.secureUrl)?.join(mapping.alias) ?? null,
      });
    });
  }

  const url = fill(destination.url);
  if (url === null) return [];
  const secureUrl = fill(destination.secureUrl);
  const delimiter = definition.delimiter ?? ",";
  const aliases = [...new Set(held.map((mapping) => mapping.alias))];
  const longest = (length: number) =>
    Math.max(lengthWith(url, length), secureUrl === null ? 0 : lengthWith(secureUrl, length));
  return splitList(aliases, delimiter, longest).map((list, part) =>
    toEntry(destination, call, {
      id: part === 0 ? `${definition.destinationId}` : `${definition.destinationId}-${part + 1}`,
      url: url.join(list),
      secureUrl: secureUrl?.join(list) ?? null,
    }),
  );
}

/** Consent for each vendor that the destination names, where a consent string has been read at all. */
function lacksConsent({ vendors }: IndexedUrlDestination, call: DestinationCall): boolean {
  if (call.gdpr !== "1" || call.vendorConsent === undefined) return false;
  return vendors.some((vendorId) => !call.vendorConsent?.(vendorId));
}

/**
 * Joins aliases to lists whose URLs are short enough. An alias that is too long all by itself is not
 * dropped: it stands alone, as it would in a destination that is not serialized.
 */
function splitList(
  aliases: readonly string[],
  delimiter: string,
  urlLength: (listLength: number) => number,
): readonly string[] {
  const lists: string[] = [];
  let list: string | null = null;
  for (const alias of aliases) {
    const longer: string = list === null ? alias : list + delimiter + alias;
    if (list !== null && urlLength(longer.length) > MAX_URL_LENGTH) {
      lists.push(list);
      list = alias;
    } else {
      list = longer;
    }
  }
  if (list !== null) lists.push(list);
  return lists;
}

function lengthWith(url: FilledUrl, aliasLength: number): number {
  const textLength = url.reduce((sum, text) => sum + text.length, 0);
  return textLength + (url.length - 1) * aliasLength;
}

interface RenderedUrls {
  readonly id: string;
  readonly url: string;
  readonly secureUrl: string | null;
}

function toEntry(
  { definition }: IndexedUrlDestination,
  call: DestinationCall,
  { id, url, secureUrl }: RenderedUrls,
): UrlEntry {
  const isMobile = call.platform === "ios" || call.platform === "android";
  return {
    id,
    y: definition.tagType === 1 ? "iframe" : "img",
    // Stock clients fire `c` alone, whatever `e` says.
    c: call.secure && secureUrl !== null ? secureUrl : url,
    ...(secureUrl === null ? {} : { e: secureUrl }),
    ...(definition.urlType === "SOCIAL" && !isMobile ? { hr: 0 as const } : {}),
  };
}
