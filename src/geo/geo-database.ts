// Places by address out of a file in MaxMind's DB format: a city or a country database, which operators
// bring themselves. The whole file is held in memory.

import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { Reader, type Response } from "mmdb-lib";
import type { GeoFacts, GeoLookup } from "../event/geo/geo-lookup.ts";
import { readGeoRecord } from "./geo-record.ts";
import { searchTreeFault } from "./search-tree.ts";

/** What the file is, for the operator. */
export interface GeoDatabase extends GeoLookup {
  /** Such as `GeoLite2-City`. */
  readonly databaseType: string;
  /** Milliseconds since the epoch. */
  readonly builtAt: number;
}

export interface GeoDatabaseOptions {
  /** Told of a record that cannot be read; its addresses are of no known place. Must not throw. */
  readonly onDamage: (error: unknown) => void;
  /** Told of each address whether its place was remembered, and how many parts of the file are. */
  readonly use?: RememberedUse;
}

export interface RememberedUse {
  hits: number;
  misses: number;
  entries: number;
}

/** Thrown for a file that is none of this format, with a sentence for the operator. */
export class GeoFileFault extends Error {}

/** Decoded parts of the file that are remembered: few places see most of the calls. */
const MAX_REMEMBERED_PARTS = 20_000;

/** Throws a `GeoFileFault`, or what the file system says. */
export function openGeoDatabase(path: string, options: GeoDatabaseOptions): GeoDatabase {
  const { onDamage, use = { hits: 0, misses: 0, entries: 0 } } = options;
  const file = readFileSync(path);
  const reader = openReader(file, use);
  const { metadata } = reader;
  const fault = searchTreeFault(file, metadata);
  if (fault !== null) throw new GeoFileFault(`the file is damaged: ${fault}`);

  // Addresses of one place share one record, and the reader gives the same object for it while it remembers.
  const factsByRecord = new WeakMap<object, GeoFacts>();
  const factsOf = (record: object): GeoFacts => {
    const known = factsByRecord.get(record);
    if (known !== undefined) {
      use.hits++;
      return known;
    }
    use.misses++;
    const facts = readGeoRecord(record);
    factsByRecord.set(record, facts);
    return facts;
  };
  return {
    databaseType: metadata.databaseType,
    builtAt: metadata.buildEpoch.getTime(),
    lookUp: (address) => {
      const family = isIP(address);
      // A tree of IPv4 would take the first 32 bits of an IPv6 address for an address of its own.
      if (family === 0 || (family === 6 && metadata.ipVersion === 4)) return null;
      try {
        const record = reader.get(address);
        return record === null ? null : factsOf(record);
      } catch (error) {
        onDamage(error);
        return null;
      }
    },
  };
}

function openReader(file: Buffer, use: RememberedUse): Reader<Response> {
  try {
    return new Reader<Response>(file, { cache: boundedCache(use) });
  } catch {
    // The reader's own message speaks of its buffers.
    throw new GeoFileFault("it is no MMDB file, or its end is missing");
  }
}

/** Forgets all at once: reading a part again is cheap, and needs no order of use. */
function boundedCache(use: RememberedUse): {
  get(key: string | number): unknown;
  set(key: string | number, value: unknown): void;
} {
  const parts = new Map<string | number, unknown>();
  return {
    get: (key) => parts.get(key),
    set: (key, value) => {
      if (parts.size >= MAX_REMEMBERED_PARTS) parts.clear();
      parts.set(key, value);
      use.entries = parts.size;
    },
  };
}
