// Signals that the platform finds out by itself: the place of the client's address and its device. Each
// is looked for only when some rule or derived signal of the partner names a key of it.

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import type { DeviceDetector } from "./device-signals/device-facts.ts";
import { deviceValue, readDeviceClaim } from "./device-signals/device-signals.ts";
import { placeOf } from "./geo/geo.ts";
import type { GeoLookup } from "./geo/geo-lookup.ts";
import { geoValues } from "./geo/geo-signals.ts";
import type { EventCall } from "./parse/parse.ts";
import { wantedKeys } from "./wanted-keys.ts";

/** What finds such things out. */
export interface PlatformSources {
  /** Null where the operator gave no database of places. */
  readonly geo: GeoLookup | null;
  readonly detectDevice: DeviceDetector;
}

/** Values by key, in lower case both. Only keys of which something is known. */
export type PlatformSignals = ReadonlyMap<string, readonly string[]>;

const NONE: PlatformSignals = new Map();

export function findPlatformSignals(
  call: EventCall,
  partner: PartnerCatalog,
  sources: PlatformSources,
): PlatformSignals {
  const { geoKeys, deviceKeys } = wantedKeys(partner);
  if (geoKeys.length === 0 && deviceKeys.length === 0) return NONE;
  const found = new Map<string, readonly string[]>();
  const place = geoKeys.length === 0 ? null : placeOf(call.raw.address, partner, sources.geo);
  if (place !== null) {
    for (const key of geoKeys) {
      const values = geoValues(key, place);
      if (values.length > 0) found.set(key, values);
    }
  }
  if (deviceKeys.length > 0) {
    const facts = sources.detectDevice(readDeviceClaim(call.raw.headers, sentAgent(call)));
    for (const key of deviceKeys) {
      const value = deviceValue(key, facts);
      if (value !== null) found.set(key, [value]);
    }
  }
  return found;
}

/** The agent that a server sends on in a parameter, in whose place the header counts nothing. */
function sentAgent({ parameters }: EventCall): string | null {
  const at = parameters.names.findIndex((name) => name.toLowerCase() === "h_user-agent");
  return at === -1 ? null : parameters.valueAt(at);
}
