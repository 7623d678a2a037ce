// UUID and MID, each computed from the other: no table of them exists. The front door of `identity/`.

import type { DeviceId, Mid } from "../model/ids.ts";

/** One partner's mapping between the device's ID and the visitor ID that this partner sees (MID). */
export interface IdMapping {
  midOf(device: DeviceId): Mid;
  /** A MID never seen before, a client-made one too, leads to some device. */
  deviceOf(mid: Mid): DeviceId;
}
