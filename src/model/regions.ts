/**
 * The documented regions and their host names below the platform domain ("DCS and visitor-ID service",
 * Regions). Regions of one's own are numbered from 100 and have no host of this table.
 */
export const REGIONAL_HOSTS: ReadonlyMap<string, number> = new Map([
  ["apse", 3],
  ["sae", 4],
  ["irl1", 6],
  ["use", 7],
  ["apse2", 8],
  ["usw2", 9],
  ["tyo3", 11],
  ["ind1", 12],
]);
