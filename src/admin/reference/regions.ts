// The regions of calls, as the management plane shows them ("Management API, reports and UI", DCS regions).

import { REGIONAL_HOSTS } from "../../model/regions.ts";

export interface ShownRegion {
  readonly regionId: number;
  readonly location: string;
  readonly host: string;
  readonly code: string;
  readonly status: "ACTIVE";
  readonly createTime: number;
  readonly updateTime: number;
  readonly crUID: number;
  readonly upUID: number;
}

const LOCATIONS: Readonly<Record<number, string>> = {
  3: "Singapore",
  4: "São Paulo",
  6: "Ireland",
  7: "Virginia",
  8: "Sydney",
  9: "Oregon",
  11: "Tokyo",
  12: "Mumbai",
};

/** A node knows of one region: its own. Nobody made it, and it never changes. */
export function regionsOf(regionId: number, domain: string): readonly ShownRegion[] {
  const documented = REGIONAL_HOSTS.entries().find(([, id]) => id === regionId)?.[0];
  const region: ShownRegion = {
    regionId,
    location: LOCATIONS[regionId] ?? "",
    // Regions of one's own have no host of their own.
    host: documented === undefined ? domain : `${documented}.${domain}`,
    code: (documented ?? String(regionId)).toUpperCase(),
    status: "ACTIVE",
    ...{ createTime: 0, updateTime: 0, crUID: 0, upUID: 0 },
  };
  return [region];
}
