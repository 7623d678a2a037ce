// The port through which all stored profiles of one kind are looked at, one after the other: what sizes are
// counted from. One contract suite (`profile-scan.contract.ts`) runs on every engine.

import type { Identity } from "../model/identity.ts";
import type { DataSourceId, DeviceId, PartnerId } from "../model/ids.ts";
import type { VisitorStore } from "./visitor-store.ts";

/** Which profiles: those of devices with one partner, or those of the declared IDs of a data source. */
export type ScannedProfiles =
  | { readonly kind: "devices"; readonly pid: PartnerId }
  | { readonly kind: "declared"; readonly dataSourceId: DataSourceId };

/** Names whose profile it is, in the words of the engine. */
export type ScanOwner = string & { readonly owner: unique symbol };

/** A record as it lies in a buffer of the engine's: its bytes are good until the visit returns. */
export interface ScannedRecord {
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
  /** Asked for only where it is needed: it costs a copy. */
  owner(): ScanOwner;
}

export type VisitRecord = (record: ScannedRecord) => void;

/** Where a scan goes on; only for the engine that gave it. */
export interface ScanPlace {
  readonly engine: string;
}

export interface ScanPage {
  /** Null at the end. */
  readonly next: ScanPlace | null;
  /** Records visited. */
  readonly visited: number;
  /** How much of the work the page was, from 0 to 1: all pages together make about 1. */
  readonly share: number;
}

export interface SampleBasis {
  /** How many profiles there are, as well as it can be known at once. */
  readonly population: number;
  readonly visited: number;
  /** Whether all of them were visited. */
  readonly isWhole: boolean;
}

export interface Sampling {
  /** About how many records to visit. */
  readonly wanted: number;
  /** From 0 to 1, 1 excluded. */
  random(): number;
  readonly visit: VisitRecord;
  /** After each run of neighbouring records; the next one waits for it. */
  endRun(): Promise<void>;
}

export interface ProfileScan {
  /**
   * Visits the next profiles, a millisecond or two of them. Over all pages each profile that was stored before
   * the first and is there at the last is visited once, as it stood at some moment between; of those that come or
   * go meanwhile some.
   */
  next(of: ScannedProfiles, from: ScanPlace | null, visit: VisitRecord): Promise<ScanPage>;

  /** Visits runs of profiles chosen by chance, each profile with the same chance; all where there are few. */
  sample(of: ScannedProfiles, sampling: Sampling): Promise<SampleBasis>;

  /** The identities of owners, in their order: an owner without one has no links and no opt-outs. */
  identitiesOf(of: ScannedProfiles, owners: readonly ScanOwner[]): Promise<readonly Identity[]>;

  /** The device that an owner of a device's profile is. */
  deviceOf(owner: ScanOwner): DeviceId;
}

/** A visitor store whose profiles can be looked at one after the other. */
export interface ScannedStore extends VisitorStore {
  readonly scan: ProfileScan;
}
