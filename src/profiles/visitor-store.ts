// The port behind which everything known of visitors lives: profiles, identities, the deny list, call
// rates and device graphs. One engine keeps them all, so that what a call changes goes in together.

import type { DeclaredId, Identity, IdentityChange, IdentityKey } from "../model/identity.ts";
import type { DataSourceId, DeviceId, PartnerId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import type { ProfileChange, ProfileKey, ProfileStore } from "./store.ts";

export interface VisitorStore extends ProfileStore {
  /**
   * The identities of these keys, in their order; an unknown one has no links. Links whose life has
   * ended may still be there. Sees every commit that was answered before the call, by any process.
   */
  loadIdentities(keys: readonly IdentityKey[]): Promise<readonly Identity[]>;

  /**
   * What is stored at this moment, for reading without waiting; only of engines that have it at hand. Throws
   * when the store cannot be read. Good until the caller waits for anything.
   */
  readonly atHand?: (() => VisitorsAtHand) | undefined;

  /**
   * Stores what a call changes, all or nothing. Where `guard` names IDs of which one is opted out by
   * then, nothing is stored and the answer is "opted-out": an opt-out that was answered is never
   * overtaken by a call that had begun before it.
   */
  commitVisit(visit: Visit): Promise<"stored" | "opted-out">;

  readonly denials: DenyList;
  readonly rates: CallRates;
  readonly graphs: DeviceGraphs;
}

/** Says what `load`, `loadIdentities` and `denials.areDenied` would say. */
export interface VisitorsAtHand {
  /** Which state of the store this is: what a visit may name as `asOf`. */
  readonly moment: number;
  profile(key: ProfileKey): Profile;
  identity(key: IdentityKey): Identity;
  isDenied(key: DeniedKey, now: number): boolean;
}

export interface Visit {
  readonly profiles: readonly ProfileChange[];
  readonly identities: readonly IdentityChange[];
  readonly guard: { readonly pid: PartnerId; readonly keys: readonly IdentityKey[] } | null;
  /**
   * The moment at which the caller saw, or before it did, that nobody of `guard` had opted out, and what is
   * foreseen of profiles: of a caller that has waited for nothing since. A store that has not changed in
   * between need not look again.
   */
  readonly asOf?: number | undefined;
}

/** Who or what is denied, for the whole platform. */
export type DeniedKey =
  | { readonly kind: "device"; readonly device: DeviceId }
  | ({ readonly kind: "customer" } & DeclaredId)
  | { readonly kind: "dataSource"; readonly dataSourceId: DataSourceId };

export interface Denial {
  readonly key: DeniedKey;
  /** Milliseconds since the epoch; null: for ever. */
  readonly until: number | null;
}

export interface DenyList {
  /** Whether each of these is denied at a time, in their order. */
  areDenied(keys: readonly DeniedKey[], now: number): Promise<readonly boolean[]>;
  /** Replaces an entry of the same key. */
  add(denial: Denial): Promise<void>;
  /** False when there was none. */
  remove(key: DeniedKey): Promise<boolean>;
  /** Every entry that has not ended. */
  list(now: number): Promise<readonly Denial[]>;
}

/** What is counted of calls: an identity, or a client's address. */
export type CountedKey = IdentityKey | { readonly kind: "address"; readonly address: string };

export interface CallRates {
  /**
   * Takes a token from each bucket, or none where one of them is empty: exact over all processes. Gives
   * how many seconds from now every bucket will have a token again, or null when the call may go on.
   */
  take(buckets: readonly TokenBucket[], now: number): Promise<number | null>;

  /**
   * Counts a call of each key in its sliding window and gives which of them have now been counted more
   * than `most` times within it.
   */
  count(counts: readonly SlidingCount[], now: number): Promise<readonly CountedKey[]>;
}

export interface TokenBucket {
  readonly key: CountedKey;
  /** Calls in `windowSeconds`; the bucket holds so many and fills evenly. */
  readonly calls: number;
  readonly windowSeconds: number;
}

export interface SlidingCount {
  readonly key: CountedKey;
  readonly most: number;
  readonly windowSeconds: number;
}

export interface DeviceGraphs {
  /** The devices of the cluster that holds this one in a data source's graph, itself included; else none. */
  clusterOf(dataSourceId: DataSourceId, device: DeviceId): Promise<readonly DeviceId[]>;
  /** Replaces a whole graph; no device may be in two clusters. */
  replace(dataSourceId: DataSourceId, clusters: readonly (readonly DeviceId[])[]): Promise<void>;
}
