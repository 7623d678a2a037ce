// The IDs of the house. Each is its own type, so that a trait's ID cannot be taken for a segment's.
// Brands are made in two places only: where input is parsed and where a store is read.

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A customer of the installation (PID). */
export type PartnerId = Branded<number, "PartnerId">;
/** A name space of IDs, or an origin of traits (DPID). */
export type DataSourceId = Branded<number, "DataSourceId">;
export type TraitId = Branded<number, "TraitId">;
export type SegmentId = Branded<number, "SegmentId">;
export type MergeRuleId = Branded<number, "MergeRuleId">;
export type DestinationId = Branded<number, "DestinationId">;
/** A browser or app that was given an ID: 38 decimal digits, two zero-padded 63-bit halves. */
export type DeviceId = Branded<string, "DeviceId">;
/** The visitor ID that one partner sees of a device (MID, ECID): spelt like a device ID. */
export type Mid = Branded<string, "Mid">;

export const asPartnerId = (id: number): PartnerId => id as PartnerId;
export const asDataSourceId = (id: number): DataSourceId => id as DataSourceId;
export const asTraitId = (id: number): TraitId => id as TraitId;
export const asSegmentId = (id: number): SegmentId => id as SegmentId;
export const asMergeRuleId = (id: number): MergeRuleId => id as MergeRuleId;
export const asDestinationId = (id: number): DestinationId => id as DestinationId;

const DEVICE_ID = /^[0-9]{38}$/;
const HALF_DIGITS = 19;
const MAX_HALF = "9223372036854775807";
const ZERO_ID = "0".repeat(2 * HALF_DIGITS);

/**
 * The device ID that a text spells, or null. Both halves must be below 2^63 and not both zero
 * ("DCS and visitor-ID service", Format of UUID and MID).
 */
export function parseDeviceId(text: string): DeviceId | null {
  return spellsId(text) ? (text as DeviceId) : null;
}

/** The same for the visitor ID of a partner. */
export function parseMid(text: string): Mid | null {
  return spellsId(text) ? (text as Mid) : null;
}

function spellsId(text: string): boolean {
  if (!DEVICE_ID.test(text) || text === ZERO_ID) return false;
  // Digits of equal length compare as numbers do.
  return text.slice(0, HALF_DIGITS) <= MAX_HALF && text.slice(HALF_DIGITS) <= MAX_HALF;
}
