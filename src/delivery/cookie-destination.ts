// A cookie destination in an answer ("Data out and in", Cookie destinations). The value is raw: the client
// encodes it when it sets the cookie.

import type { CookieDestination } from "@dunlin/contract/workspace";
import type { Candidate, IndexedCookieDestination, IndexedMapping } from "./destination-catalog.ts";
import type { CookieEntry, DestinationCall } from "./plan.ts";
import { encodeText } from "./url-template.ts";

/** Null: nothing to say. `overflow`: not even the first pair fits. */
export function planCookie(
  destination: IndexedCookieDestination,
  candidate: Candidate,
  call: DestinationCall,
): CookieEntry | "overflow" | null {
  const { definition } = destination;
  if (!mayReach(destination, call.pageHost)) return null;
  const cookie = { cn: definition.cookieName, dmn: definition.cnameDomain };
  if (candidate.held.length === 0) {
    // A negative life makes the stock client delete the cookie. Lost segments are told once, so this is too.
    return definition.clearOnDisqualify ? { ...cookie, cv: "0", ttl: -1 } : null;
  }
  const value = longestFittingValue(definition, candidate.held);
  if (value === null) return "overflow";
  // A life of 0 is left out: stock clients do not write a cookie that comes with a 0.
  return { ...cookie, cv: value, ...(definition.ttl === 0 ? {} : { ttl: definition.ttl }) };
}

/** Whether the page's host may see the value: "publish data to". An unknown host is on no list. */
function mayReach({ definition, sites }: IndexedCookieDestination, host: string | null): boolean {
  if (definition.domainRestrictions === "all_domains") return true;
  const isListed =
    host !== null && sites.some((site) => host === site || host.endsWith(`.${site}`));
  return isListed === (definition.domainRestrictions === "inclusion");
}

/** Drops pairs from the end of the order of priority until the encoded value fits. */
function longestFittingValue(
  definition: CookieDestination,
  held: readonly IndexedMapping[],
): string | null {
  const fits = (value: string) => encodeText(value).length <= definition.maxSize;
  const whole = formatValue(definition, held);
  if (fits(whole)) return whole;
  // More pairs never make a shorter value, so the largest number that fits is found by halving.
  let fitting = 0;
  let tooMany = held.length;
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(formatValue(definition, held.slice(0, middle)))) fitting = middle;
    else tooMany = middle;
  }
  return fitting === 0 ? null : formatValue(definition, held.slice(0, fitting));
}

function formatValue(definition: CookieDestination, held: readonly IndexedMapping[]): string {
  const { keySeparator, valueSeparator } = definition;
  const keyOf = (mapping: IndexedMapping) =>
    definition.formatType === "single_key" ? (definition.singleKey ?? "") : mapping.alias;
  if (!definition.serializationEnabled) {
    return held
      .map((mapping) => keyOf(mapping) + keySeparator + mapping.value)
      .join(valueSeparator);
  }
  // Keys in order of first appearance, a value at most once under each.
  const valuesByKey = new Map<string, Set<string>>();
  for (const mapping of held) {
    const values = valuesByKey.get(keyOf(mapping)) ?? new Set();
    valuesByKey.set(keyOf(mapping), values.add(mapping.value));
  }
  const separator = definition.serializationSeparator ?? ",";
  return [...valuesByKey]
    .map(([key, values]) => key + keySeparator + [...values].join(separator))
    .join(valueSeparator);
}
