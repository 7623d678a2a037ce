import type { DataSourceId } from "../../model/ids.ts";
import type { Profile, TraitRecord } from "../../model/profile.ts";

/** A stored profile that a merge rule reads, and how long it lives. */
export type ProfileSource = DeviceSource | DeclaredSource;

export interface DeviceSource {
  readonly kind: "device";
  readonly profile: Profile;
  /** Days after its last sighting at which the profile reads as empty: `DEVICE_LIFE_DAYS`. */
  readonly lifeDays: number;
}

export interface DeclaredSource {
  readonly kind: "declared";
  readonly dataSourceId: DataSourceId;
  readonly profile: Profile;
  /** `declaredLifeDays(retentionMonths)` of its data source. */
  readonly lifeDays: number;
}

/** One trait's record and the profile in which it stands. */
export interface SourcedRecord {
  readonly source: ProfileSource;
  readonly record: TraitRecord;
}
