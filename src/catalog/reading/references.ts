// A reference names an object of the same partner, or one that all partners share.

import type { Reading } from "./reading.ts";
import type { Register } from "./registers.ts";

type Place = readonly (string | number)[];

interface Reference {
  readonly place: Place;
  /** Undefined or null: refers to nothing, or could not be read. */
  readonly id: number | null | undefined;
  /** The partner of the object that refers. */
  readonly pid: number | null | undefined;
}

/** The object that is referred to, or undefined where there is none or nobody may use it here. */
export function resolveReference<T extends { readonly pid: number | null | undefined }>(
  register: Register<T>,
  { place, id, pid }: Reference,
  reading: Reading,
): T | undefined {
  if (id === undefined || id === null) return undefined;
  const item = register.get(id);
  if (item === undefined) {
    if (register.isComplete) {
      reading.faultAt(place, "E_UNKNOWN_REFERENCE", `There is no ${register.noun} ${id}.`);
    }
    return undefined;
  }
  const owner = item.pid;
  if (owner === null || owner === undefined || pid === undefined || owner === pid) return item;
  const message =
    `The ${register.noun} ${id} belongs to partner ${owner}; ` +
    `partner ${pid} may refer to its own and to shared ones.`;
  reading.faultAt(place, "E_UNKNOWN_REFERENCE", message);
  return undefined;
}

/** Every object names a partner that exists. */
export function checkPartnerExists(
  partners: Register<{ readonly pid: number | undefined }>,
  { place, pid }: { readonly place: Place; readonly pid: number | null | undefined },
  reading: Reading,
): void {
  resolveReference(partners, { place, id: pid, pid }, reading);
}

const DECLARED_ID_MACRO = /%dpid_(\d{1,15})%/gi;

/**
 * A URL may ask for the visitor's ID in a data source by macro. One that the partner may not use gives
 * nothing, which is odd but no fault ("Data out and in", Destination macros).
 */
export function warnOfUnknownMacros(
  dataSources: Register<{ readonly pid: number | null | undefined }>,
  {
    url,
    place,
    pid,
  }: { readonly url: string | null | undefined; place: Place; pid: number | undefined },
  reading: Reading,
): void {
  if (url === null || url === undefined || pid === undefined || !dataSources.isComplete) return;
  for (const [macro, digits] of url.matchAll(DECLARED_ID_MACRO)) {
    const source = dataSources.get(Number(digits));
    if (source !== undefined && (source.pid === null || source.pid === pid)) continue;
    const message = `The macro ${macro} gives nothing: partner ${pid} has no such data source.`;
    reading.warnAt(place, { code: "W_UNKNOWN_REFERENCE", message });
  }
}

/**
 * Counts objects partner by partner. The first one above the ceiling is noted, once a partner: those
 * behind it are too many for the same reason.
 */
export class PartnerCount {
  readonly #counts = new Map<number | null, number>();
  readonly #noun: string;
  readonly #limit: number;

  constructor(noun: string, limit: number) {
    this.#noun = noun;
    this.#limit = limit;
  }

  add(pid: number | null | undefined, place: Place, reading: Reading): void {
    if (pid === undefined) return;
    const count = (this.#counts.get(pid) ?? 0) + 1;
    this.#counts.set(pid, count);
    if (count !== this.#limit + 1) return;
    const owner = pid === null ? "There are" : `Partner ${pid} has`;
    const message = `${owner} more than ${this.#limit} ${this.#noun}, which is the limit.`;
    reading.faultAt(place, "E_LIMIT", message);
  }
}
