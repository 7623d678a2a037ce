// UUID and MID, each computed from the other: no table of them exists. The front door of `identity/`.

import type { DeviceId, Mid } from "../model/ids.ts";
import { assertNever } from "../model/result.ts";
import { keyedMapping } from "./keyed-mapping.ts";
import { pidXorMapping } from "./pid-xor-mapping.ts";

/**
 * One partner's mapping between the device's ID and the visitor ID that this partner sees (MID).
 * Either way is the exact inverse of the other.
 */
export interface IdMapping {
  midOf(device: DeviceId): Mid;
  /** A MID never seen before, a client-made one too, leads to some device. */
  deviceOf(mid: Mid): DeviceId;
}

/** What of a partner decides its mapping; `PartnerDefinition` fits. */
export interface IdMappingOwner {
  readonly pid: number;
  readonly orgId: string;
  readonly idMapping: "keyed" | "pid-xor";
}

/** The mapping of one partner ("DCS and visitor-ID service", UUID and MID). */
export function buildIdMapping(owner: IdMappingOwner, secret: Uint8Array): IdMapping {
  switch (owner.idMapping) {
    case "keyed":
      return keyedMapping(owner.orgId, secret);
    case "pid-xor":
      return pidXorMapping(owner.pid);
    default:
      return assertNever(owner.idMapping);
  }
}
