// The signals that a place gives, spelled as published lists of values spell them ("Audience model",
// Prefixes and platform keys): lower case but for the region, coordinates to four places.

import type { GeoFacts } from "./geo-lookup.ts";

/** Every key that a place may give. `d_zx` is none: visitors type it. */
export const GEO_KEYS = [
  "d_country",
  "d_state",
  "d_city",
  "d_region",
  "d_dma_code",
  "d_area_code",
  "d_postal_code",
  "d_lat",
  "d_long",
  "d_isp",
] as const;

type GeoKey = (typeof GEO_KEYS)[number];

/** About 11 metres. */
const COORDINATE_PLACES = 4;
/** Subdivisions with a longer code (`ENG`) have a state and no region. */
const REGION = /^[A-Z0-9]{2}$/;

/** The values of one key: none where the place does not say, two for the United Kingdom's country. */
export function geoValues(key: GeoKey, facts: GeoFacts): readonly string[] {
  switch (key) {
    case "d_country":
      return countryValues(facts.country);
    case "d_state":
      return lowerCase(facts.subdivision);
    case "d_city":
      return lowerCase(facts.city);
    case "d_region": {
      const region = facts.subdivision?.toUpperCase() ?? "";
      return REGION.test(region) ? [region] : [];
    }
    case "d_dma_code":
      return present(facts.dmaCode);
    case "d_area_code":
      return present(facts.areaCode);
    case "d_postal_code":
      return lowerCase(facts.postalCode);
    case "d_lat":
      return coordinate(facts.latitude);
    case "d_long":
      return coordinate(facts.longitude);
    case "d_isp":
      return lowerCase(facts.isp);
  }
}

/** Rules say `UK` where the published list says `gb`: both are true of one visitor. */
function countryValues(country: string | null): readonly string[] {
  return country === "GB" ? ["uk", "gb"] : lowerCase(country);
}

function lowerCase(text: string | null): readonly string[] {
  return present(text?.toLowerCase() ?? null);
}

function present(text: string | null): readonly string[] {
  return text === null || text === "" ? [] : [text];
}

function coordinate(degrees: number | null): readonly string[] {
  return degrees === null ? [] : [degrees.toFixed(COORDINATE_PLACES)];
}
