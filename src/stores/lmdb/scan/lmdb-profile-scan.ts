// A scan of profiles in LMDB, by cursor. Records are looked at where they lie in the library's buffer, and
// each page has a read transaction of its own: a long one would keep the file from using free pages again.

import type { Identity } from "../../../model/identity.ts";
import { UNKNOWN_IDENTITY } from "../../../model/identity.ts";
import type { DeviceId } from "../../../model/ids.ts";
import { invariant } from "../../../model/result.ts";
import { decodeIdentity } from "../../../profiles/identity-record.ts";
import type {
  ProfileScan,
  SampleBasis,
  Sampling,
  ScannedProfiles,
  ScanOwner,
  ScanPage,
  ScanPlace,
  VisitRecord,
} from "../../../profiles/profile-scan.ts";
import { DEVICE_KEY_BYTES, deviceOfKeyBytes } from "../device-key.ts";
import type { Environment } from "../environment.ts";
import { RecordCursor, rangeOf, recordBegin } from "./record-cursor.ts";
import { sampleByKey } from "./sample-by-key.ts";
import { sampleByRank } from "./sample-by-rank.ts";

/** A millisecond or two. */
const RECORDS_A_PAGE = 4_096;

interface LmdbPlace extends ScanPlace {
  /** The last key of the page before. */
  readonly after: Uint8Array;
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
    const cursor = this.#cursorOf(of);
    const seeLatest = () => this.#environment.seeLatest();
    seeLatest();
    const byKey = of.kind === "devices" ? await sampleByKey(cursor, of, sampling) : null;
    return byKey ?? sampleByRank(cursor, of, { ...sampling, seeLatest });
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

  #cursorOf(of: ScannedProfiles): RecordCursor {
    return of.kind === "devices" ? this.#devices : this.#declared;
  }
}

function placeAfter(after: Uint8Array): LmdbPlace {
  return { engine: "lmdb", after };
}
