// How much of each kind a partner has, and may have ("Management API, reports and UI", Limits).

import { CATALOG_LIMITS } from "../../catalog/limits.ts";
import type { ResourceContext } from "./resource-kind.ts";

export interface LimitRow {
  readonly item: string;
  readonly limit: number;
  readonly count: number;
}

export function traitLimits({ view, pid }: ResourceContext): readonly LimitRow[] {
  const traits = view.ofPartner("traits", pid);
  const of = (type: string) => traits.filter(({ traitType }) => traitType === type).length;
  const { traitsPerPartner, algorithmicTraitsPerPartner, foldersPerPartner } = CATALOG_LIMITS;
  const folders = view.ofPartner("folders", pid).length;
  return [
    { item: "TRAIT", limit: traitsPerPartner, count: traits.length },
    { item: "RULE_BASED_TRAIT", limit: traitsPerPartner, count: of("RULE_BASED_TRAIT") },
    { item: "ON_BOARDED_TRAIT", limit: traitsPerPartner, count: of("ON_BOARDED_TRAIT") },
    { item: "ALGO_TRAIT", limit: algorithmicTraitsPerPartner, count: of("ALGO_TRAIT") },
    { item: "FOLDER_TRAIT", limit: foldersPerPartner, count: folders },
  ];
}

export function destinationLimits({ view, pid }: ResourceContext): readonly LimitRow[] {
  const destinations = view.ofPartner("destinations", pid);
  const of = (type: string) =>
    destinations.filter(({ destinationType }) => destinationType === type).length;
  const { destinationsPerPartner: limit, serverDestinationsPerPartner } = CATALOG_LIMITS;
  return [
    { item: "DESTINATION", limit, count: destinations.length },
    { item: "PUSH", limit, count: of("PUSH") },
    { item: "ADS", limit, count: of("ADS") },
    { item: "S2S", limit: serverDestinationsPerPartner, count: of("S2S") },
  ];
}

export function segmentLimits({ view, pid }: ResourceContext): readonly LimitRow[] {
  const count = view.ofPartner("segments", pid).length;
  return [{ item: "SEGMENT", limit: CATALOG_LIMITS.segmentsPerPartner, count }];
}
