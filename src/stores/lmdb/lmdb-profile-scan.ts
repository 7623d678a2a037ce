// A scan of profiles in LMDB, by cursor. Records are looked at where they lie in the library's buffer, and
// each page has a read transaction of its own: a long one would keep the file from using free pages again.

import type { Identity } from "../../model/identity.ts";
import { UNKNOWN_IDENTITY } from "../../model/identity.ts";
import type { DeviceId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import { decodeIdentity } from "../../profiles/identity-record.ts";
import type {
  ProfileScan,
  SampleBasis,
  Sampling,
  ScannedProfiles,
  ScannedRecord,
  ScanOwner,
  ScanPage,
  ScanPlace,
  VisitRecord,
} from "../../profiles/profile-scan.ts";
import { DEVICE_KEY_BYTES, deviceOfKeyBytes } from "./device-key.ts";
import type { Bytes, Environment } from "./environment.ts";
import { varint } from "./profile-key.ts";

/** A millisecond or two. */
const RECORDS_A_PAGE = 4_096;
/** Fewer are all visited. */
const FEW = 10_000;
const RECORDS_A_RUN = 100;
/** Runs that are too few to tell how much they differ. */
const FEWEST_RUNS = 50;

interface LmdbPlace extends ScanPlace {
  /** The last key of the page before. */
  readonly after: Uint8Array;
}

interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
}

export class LmdbProfileScan implements ProfileScan {
  readonly #environment: Environment;
  readonly #devices: RecordCursor;
  readonly #declared: RecordCursor;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#devices = new RecordCursor(environment.profilesOfDevices, "devices");
    this.#declared = new RecordCursor(environment.profilesOfDeclaredIds, "declared");
  }

  async next(of: ScannedProfiles, from: ScanPlace | null, visit: VisitRecord): Promise<ScanPage> {
    this.#environment.seeLatest();
    const cursor = this.#cursorOf(of);
    const total = cursor.entryCount;
    // Places come from this engine.
    const after = (from as LmdbPlace | null)?.after ?? null;
    const { visited, last } = cursor.visit(
      { ...rangeOf(of), after, skipped: 0, limit: RECORDS_A_PAGE },
      visit,
    );
    const share = total === 0 ? 1 : Math.min(1, visited / total);
    return { next: last === null ? null : placeAfter(last), visited, share };
  }

  async sample(of: ScannedProfiles, sampling: Sampling): Promise<SampleBasis> {
    this.#environment.seeLatest();
    const total = this.#cursorOf(of).entryCount;
    const first = await this.#sampleEvery(of, total, sampling);
    const { population, visited } = first;
    // Of a large store these may be a small part: now it is known how many there are.
    const wantedRuns = Math.min(FEWEST_RUNS, sampling.wanted / RECORDS_A_RUN);
    if (visited === population || visited >= wantedRuns * RECORDS_A_RUN) return first;
    const again = await this.#sampleEvery(of, population, sampling);
    return { ...again, visited: visited + again.visited };
  }

  async identitiesOf(
    of: ScannedProfiles,
    owners: readonly ScanOwner[],
  ): Promise<readonly Identity[]> {
    this.#environment.seeLatest();
    const isOfDevices = of.kind === "devices";
    const { identitiesOfDevices, identitiesOfDeclaredIds } = this.#environment;
    const database = isOfDevices ? identitiesOfDevices : identitiesOfDeclaredIds;
    return owners.map((owner) => {
      const key = Buffer.from(owner, "latin1");
      const bytes = isOfDevices ? key.subarray(-DEVICE_KEY_BYTES) : key;
      const value = database.getBinaryFast(bytes);
      // The buffer is longer than the value, its `length` a property put over it.
      if (value === undefined) return UNKNOWN_IDENTITY;
      const begin = isOfDevices ? 0 : recordBegin(key, value);
      return decodeIdentity(value.subarray(begin, value.length));
    });
  }

  deviceOf(owner: ScanOwner): DeviceId {
    const device = deviceOfKeyBytes(Buffer.from(owner, "latin1").subarray(-DEVICE_KEY_BYTES));
    invariant(device !== null, "a device's profile has a device");
    return device;
  }

  /** Runs at equal distances, of which chance says where they begin: so each rank has the same chance. */
  async #sampleEvery(of: ScannedProfiles, total: number, sampling: Sampling): Promise<SampleBasis> {
    const cursor = this.#cursorOf(of);
    const runs = Math.max(1, Math.floor(sampling.wanted / RECORDS_A_RUN));
    const stride = total <= FEW ? RECORDS_A_RUN : Math.max(RECORDS_A_RUN, Math.ceil(total / runs));
    const gap = stride - RECORDS_A_RUN;
    const begin = Math.floor(sampling.random() * stride);
    // One that begins before the first record has its end here.
    let limit = begin <= gap ? RECORDS_A_RUN : begin - gap;
    let skipped = begin <= gap ? begin : 0;
    let after: Uint8Array | null = null;
    let population = 0;
    let visited = 0;
    for (;;) {
      this.#environment.seeLatest();
      const found = cursor.visit({ ...rangeOf(of), after, skipped, limit }, sampling.visit);
      visited += found.visited;
      if (found.visited > 0) await sampling.endRun();
      if (found.last === null) {
        // What was skipped before the end may be less than was asked for.
        population +=
          found.visited === 0 ? cursor.count(rangeOf(of), after) : skipped + found.visited;
        return { population, visited, isWhole: visited === population };
      }
      population += skipped + found.visited;
      after = found.last;
      skipped = gap;
      limit = RECORDS_A_RUN;
    }
  }

  #cursorOf(of: ScannedProfiles): RecordCursor {
    return of.kind === "devices" ? this.#devices : this.#declared;
  }
}

interface Visiting extends KeyRange {
  /** Where to go on; null at the beginning. */
  readonly after: Uint8Array | null;
  readonly skipped: number;
  readonly limit: number;
}

/** What the library's stores have, and its types leave out. */
interface StoreInternals {
  readKey(buffer: Uint8Array, begin: number, end: number): unknown;
  readonly decoder: { decode(bytes: Uint8Array, length: number): unknown };
  readonly decoderCopies: boolean;
}

/**
 * Visits the entries of a database without an object for any of them: the library is told that keys and values
 * are read by what here notes where they lie. A million take a fifth of a second, and half a second more otherwise.
 */
class RecordCursor {
  readonly #database: Bytes;
  readonly #reading: Bytes;
  #visit: VisitRecord = () => {};
  #visited = 0;
  #limit = 0;
  #last: Uint8Array | null = null;
  #key: Uint8Array = new Uint8Array(0);
  #keyBegin = 0;
  #keyEnd = 0;
  #bytes: Uint8Array = this.#key;
  #begin = 0;
  #end = 0;
  readonly #record: ScannedRecord;

  constructor(database: Bytes, kind: ScannedProfiles["kind"]) {
    this.#database = database;
    const hasPrefixes = kind === "declared";
    const internals: StoreInternals = {
      readKey: (buffer, begin, end) => {
        this.#key = buffer;
        this.#keyBegin = begin;
        this.#keyEnd = end;
        // The next one is read into the same buffer.
        if (++this.#visited === this.#limit) this.#last = Uint8Array.from(this.#keyBytes());
      },
      decoder: {
        decode: (bytes, length) => {
          this.#bytes = bytes;
          this.#begin = hasPrefixes ? recordBegin(this.#keyBytes(), bytes) : 0;
          this.#end = length;
          this.#visit(this.#record);
        },
      },
      decoderCopies: true,
    };
    // The same store with another way to read: what is not named here it has from the one below.
    this.#reading = Object.assign(Object.create(database), internals);
    const self = this;
    this.#record = {
      get bytes() {
        return self.#bytes;
      },
      get begin() {
        return self.#begin;
      },
      get end() {
        return self.#end;
      },
      // Keys are the names of owners.
      owner: () => Buffer.from(this.#keyBytes()).toString("latin1") as ScanOwner,
    };
  }

  /** Of all partners, or all data sources. */
  get entryCount(): number {
    const { entryCount } = Object(this.#database.getStats());
    return typeof entryCount === "number" ? entryCount : 0;
  }

  count({ start, end }: KeyRange, after: Uint8Array | null): number {
    return this.#database.getKeysCount(
      after === null ? { start, end } : { start: after, end, exclusiveStart: true },
    );
  }

  /** Gives the last key where there may be more. */
  visit(
    { start, end, after, skipped, limit }: Visiting,
    visit: VisitRecord,
  ): { readonly visited: number; readonly last: Uint8Array | null } {
    this.#visit = visit;
    this.#visited = 0;
    this.#limit = limit;
    this.#last = null;
    const from = after === null ? { start } : { start: after, exclusiveStart: true };
    const range = { ...from, end, limit, ...(skipped > 0 && { offset: skipped }) };
    for (const _ of this.#reading.getRange(range));
    return { visited: this.#visited, last: this.#last };
  }

  #keyBytes(): Uint8Array {
    return this.#key.subarray(this.#keyBegin, this.#keyEnd);
  }
}

function placeAfter(after: Uint8Array): LmdbPlace {
  return { engine: "lmdb", after };
}

/** No varint is the beginning of another: what begins with one is its own. */
function rangeOf(of: ScannedProfiles): KeyRange {
  const start = varint(of.kind === "devices" ? of.pid : of.dataSourceId);
  const end = [...start];
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return { start: Buffer.from(start), end: Buffer.from(end) };
}

/** Behind the ID, which stands in front of the record where the key has a hash of it. */
function recordBegin(key: Uint8Array, value: Uint8Array): number {
  const form = key[afterVarint(key, 0)] ?? 0;
  if (form === 0) return 0;
  let length = 0;
  let scale = 1;
  const begin = afterVarint(value, 0);
  for (let at = 0; at < begin; at++) {
    length += ((value[at] ?? 0) & 0x7f) * scale;
    scale *= 0x80;
  }
  return begin + length;
}

function afterVarint(bytes: Uint8Array, begin: number): number {
  let at = begin;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}
