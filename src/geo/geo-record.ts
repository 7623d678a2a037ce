// A record of a city or country database, read with distrust: vendors fill the same layout differently.

import type { GeoFacts } from "../event/geo/geo-lookup.ts";

/**
 * Reads MaxMind's layout. `location.area_code` is in no database that is sold today: operators who build
 * their own may add it.
 */
export function readGeoRecord(record: unknown): GeoFacts {
  const location = at(record, "location");
  const subdivisions = at(record, "subdivisions");
  const largest: unknown = Array.isArray(subdivisions) ? subdivisions[0] : undefined;
  return {
    country: countryCode(at(at(record, "country"), "iso_code")),
    subdivision: text(at(largest, "iso_code")),
    city: text(at(at(at(record, "city"), "names"), "en")),
    postalCode: text(at(at(record, "postal"), "code")),
    latitude: degrees(at(location, "latitude"), 90),
    longitude: degrees(at(location, "longitude"), 180),
    dmaCode: threeDigits(at(location, "metro_code")),
    areaCode: threeDigits(at(location, "area_code")),
    isp: provider(at(record, "traits")) ?? provider(record),
  };
}

/** Of the one who provides the access, the one who uses it, the one whose network it is: the first that is known. */
function provider(traits: unknown): string | null {
  return (
    text(at(traits, "isp")) ??
    text(at(traits, "organization")) ??
    text(at(traits, "autonomous_system_organization"))
  );
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const own: unknown = Reflect.get(value, key);
  return own;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function countryCode(value: unknown): string | null {
  return typeof value === "string" && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : null;
}

function degrees(value: unknown, limit: number): number | null {
  return typeof value === "number" && Math.abs(value) <= limit ? value : null;
}

function threeDigits(value: unknown): string | null {
  const digits = typeof value === "number" || typeof value === "string" ? String(value) : "";
  return /^[0-9]{1,3}$/.test(digits) ? digits.padStart(3, "0") : null;
}
