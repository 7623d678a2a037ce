// Where a call comes from, as far as its partner may see: addresses are shortened first and looked up then.

import type { Settings } from "@dunlin/contract/workspace";
import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import { visibleAddress } from "../address.ts";
import type { GeoFacts, GeoLookup } from "./geo-lookup.ts";

/** The place of a client that the partner may know of; null where nobody knows. */
export function placeOf(
  address: string,
  partner: PartnerCatalog | null,
  geo: GeoLookup | null,
): GeoFacts | null {
  if (geo === null) return null;
  return geo.lookUp(visibleAddress(address, partner?.definition.ipObfuscation ?? "none", geo));
}

/**
 * The country by which a call may be refused, in upper case. Null where nobody knows it, and where nobody
 * refuses a country: then nothing is looked up.
 */
export function countryOf(
  address: string,
  partner: PartnerCatalog | null,
  settings: Settings,
  geo: GeoLookup | null,
): string | null {
  if (geo === null) return null;
  const isAsked =
    settings.blockedCountries.length > 0 || (partner?.definition.blockedCountries.length ?? 0) > 0;
  return isAsked ? (placeOf(address, partner, geo)?.country ?? null) : null;
}
