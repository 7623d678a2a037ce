import type { Identity, IdentityKey } from "../../model/identity.ts";
import { asDataSourceId, type DeviceId, parseDeviceId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import { invariant } from "../../model/result.ts";
import type {
  ProfileScan,
  SampleBasis,
  Sampling,
  ScannedProfiles,
  ScanOwner,
  ScanPage,
  ScanPlace,
  VisitRecord,
} from "../../profiles/profile-scan.ts";
import { encodeRecord } from "../../profiles/record.ts";

interface Stored {
  readonly profiles: () => Iterable<readonly [key: string, profile: Profile]>;
  readonly identity: (key: IdentityKey) => Identity;
}

/** A scan of the profiles of one process: everything is one page. */
export class MemoryProfileScan implements ProfileScan {
  readonly #stored: Stored;

  constructor(stored: Stored) {
    this.#stored = stored;
  }

  async next(of: ScannedProfiles, _from: ScanPlace | null, visit: VisitRecord): Promise<ScanPage> {
    const prefix = of.kind === "devices" ? `device:${of.pid}:` : `declared:${of.dataSourceId}:`;
    let visited = 0;
    for (const [key, profile] of this.#stored.profiles()) {
      if (!key.startsWith(prefix)) continue;
      visited++;
      const bytes = encodeRecord(profile);
      // The keys of the map are the names of owners.
      visit({ bytes, begin: 0, end: bytes.length, owner: () => key as ScanOwner });
    }
    return { next: null, visited, share: 1 };
  }

  async sample(of: ScannedProfiles, { visit, endRun }: Sampling): Promise<SampleBasis> {
    const { visited } = await this.next(of, null, visit);
    await endRun();
    return { population: visited, visited, isWhole: true };
  }

  async identitiesOf(
    _of: ScannedProfiles,
    owners: readonly ScanOwner[],
  ): Promise<readonly Identity[]> {
    return owners.map((owner) => {
      const [kind = "", number = "", ...id] = owner.split(":");
      return this.#stored.identity(
        kind === "device"
          ? { kind, device: this.deviceOf(owner) }
          : { kind: "declared", dataSourceId: asDataSourceId(Number(number)), id: id.join(":") },
      );
    });
  }

  deviceOf(owner: ScanOwner): DeviceId {
    const device = parseDeviceId(owner.split(":")[2] ?? "");
    invariant(device !== null, "a device's profile has a device");
    return device;
  }
}
