// The port behind which profiles live. Two kinds of store implement it, and one contract suite
// (`store.contract.ts`) runs on each.

import type { DataSourceId, DeviceId, PartnerId } from "../model/ids.ts";
import type { Profile, ProfileDelta } from "../model/profile.ts";

/** Whose profile: a device's with one partner, or that of a declared ID in its data source. */
export type ProfileKey =
  | { readonly kind: "device"; readonly pid: PartnerId; readonly device: DeviceId }
  | { readonly kind: "declared"; readonly dataSourceId: DataSourceId; readonly id: string };

export interface ProfileChange {
  readonly key: ProfileKey;
  readonly delta: ProfileDelta;
  /**
   * What the delta makes of the profile that the call was given; left out where nobody has found out. A store
   * that knows the profile to be as it was may store this as it stands.
   */
  readonly foreseen?: Profile;
}

export interface ProfileStore {
  /**
   * The profiles of these keys, in their order. Never fails for an unknown key: a profile that was
   * never seen is the answer. Sees every commit that was answered before the call, by any process.
   * Rejects when the store cannot be read.
   */
  load(keys: readonly ProfileKey[]): Promise<readonly Profile[]>;

  /**
   * Merges all changes of one call, all or nothing, and resolves when they are as durable as the store
   * was told to make them. Rejects when nothing was stored.
   */
  commit(changes: readonly ProfileChange[]): Promise<void>;

  /** Forgets every visitor; definitions stay. */
  forgetEveryone(): Promise<void>;

  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}
