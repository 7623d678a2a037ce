// Who is linked to whom, and what they want: what is known of an ID apart from its traits.

import type { DataSourceId, DeviceId, PartnerId } from "./ids.ts";

/** An ID that a caller gives, in one data source's name space. Case-sensitive. */
export interface DeclaredId {
  readonly dataSourceId: DataSourceId;
  readonly id: string;
}

export type IdentityKey =
  | { readonly kind: "device"; readonly device: DeviceId }
  | ({ readonly kind: "declared" } & DeclaredId);

/** 0 unknown, 1 authenticated, 2 logged out ("DCS and visitor-ID service", Authentication state). */
export type AuthState = 0 | 1 | 2;

/** A device and a declared ID that were named together. Each of the two knows the link. */
export interface Link {
  readonly to: IdentityKey;
  /** Of the last call. */
  readonly state: AuthState;
  /** Milliseconds since the epoch. */
  readonly lastSync: number;
  /** Of the last authenticated call; null when there was none. */
  readonly lastAuth: number | null;
  /**
   * Order what the clock does not: of two links of one identity the one with the greater order was
   * synced, or authenticated, later. `authOrder` is 0 where `lastAuth` is null.
   */
  readonly syncOrder: number;
  readonly authOrder: number;
}

export type OptOutReason = "request" | "consent" | "privacy";

/** Collection, segmentation and activation have ended for this ID with this partner. */
export interface OptOut {
  readonly pid: PartnerId;
  readonly reason: OptOutReason;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface Identity {
  /** Of a device: its last call with any partner, so long as it has links. Otherwise 0. */
  readonly lastSeen: number;
  /** The most recently synced first. */
  readonly links: readonly Link[];
  /** Ascending by partner, none twice. */
  readonly optOuts: readonly OptOut[];
}

export const UNKNOWN_IDENTITY: Identity = { lastSeen: 0, links: [], optOuts: [] };

/** What a call changes of identities. Applied in their order; of one kind the later wins. */
export type IdentityChange =
  /** A call of a device: keeps its links alive. Nothing where the device has none. */
  | { readonly kind: "seen"; readonly device: DeviceId; readonly at: number }
  | {
      readonly kind: "link";
      readonly device: DeviceId;
      readonly declared: DeclaredId;
      readonly state: AuthState;
      readonly at: number;
      /** How many links each end may have of the other's kind; the oldest sync goes first. */
      readonly limits: LinkLimits;
    }
  | { readonly kind: "unlink"; readonly device: DeviceId; readonly declared: DeclaredId }
  | {
      readonly kind: "opt-out";
      readonly key: IdentityKey;
      readonly pid: PartnerId;
      readonly reason: OptOutReason;
      readonly at: number;
    }
  /** Takes back an opt-out by request, never one of another reason. */
  | { readonly kind: "opt-in"; readonly key: IdentityKey; readonly pid: PartnerId };

export interface LinkLimits {
  /** Declared IDs of one data source on one device. */
  readonly declaredPerDevice: number;
  /** Devices of one declared ID. */
  readonly devicesPerDeclared: number;
}
