// Which signals that a call does not carry among its parameters does a partner ask for? Mostly none, and then
// nobody looks for them.

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { NO_KEY } from "../rules/trait-index/trait-index.ts";
import { DEVICE_KEYS, type DeviceKey } from "./device-signals/device-signals.ts";
import { GEO_KEYS } from "./geo/geo-signals.ts";

export interface WantedKeys {
  readonly geoKeys: readonly (typeof GEO_KEYS)[number][];
  readonly deviceKeys: readonly DeviceKey[];
  /** Names of headers, in lower case, that some `h_` key names. */
  readonly headers: ReadonlySet<string>;
  readonly address: boolean;
}

/** Whether some rule or derived signal of a partner names a key, folded as the partner folds. */
export function isWanted({ traitIndex, derivedSignals }: PartnerCatalog, key: string): boolean {
  return (
    traitIndex.keyNumber(key) !== NO_KEY || (derivedSignals.size > 0 && derivedSignals.has(key))
  );
}

/** A snapshot never changes, so a partner's part of it is asked once. */
const WANTED_KEYS = new WeakMap<PartnerCatalog, WantedKeys>();

export function wantedKeys(partner: PartnerCatalog): WantedKeys {
  const known = WANTED_KEYS.get(partner);
  if (known !== undefined) return known;
  const { traitIndex, derivedSignals } = partner;
  const headers = new Set<string>();
  for (const keys of [traitIndex.usedKeys(), derivedSignals.keys()]) {
    for (const key of keys) if (key.startsWith("h_")) headers.add(key.slice("h_".length));
  }
  const wanted = {
    geoKeys: GEO_KEYS.filter((key) => isWanted(partner, key)),
    deviceKeys: DEVICE_KEYS.filter((key) => isWanted(partner, key)),
    headers,
    address: isWanted(partner, "h_ip"),
  };
  WANTED_KEYS.set(partner, wanted);
  return wanted;
}
