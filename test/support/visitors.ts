// Visitors for tests: everything irrelevant has a default.

import type {
  AuthState,
  IdentityChange,
  IdentityKey,
  LinkLimits,
} from "../../src/model/identity.ts";
import {
  asDataSourceId,
  asPartnerId,
  asTraitId,
  type DataSourceId,
  type DeviceId,
  parseDeviceId,
} from "../../src/model/ids.ts";
import { DAY_MS } from "../../src/model/time.ts";
import type { ProfileChange, ProfileKey } from "../../src/profiles/store.ts";

export const NOON = 20_000 * DAY_MS + DAY_MS / 2;
export const PARTNER = asPartnerId(1);
export const CRM = asDataSourceId(1001);

/** Wide enough for all but tests of limits. */
const LIMITS: LinkLimits = { declaredPerDevice: 1_000, devicesPerDeclared: 1_000 };

export function deviceId(number: number): DeviceId {
  const device = parseDeviceId(`${number}`.padStart(38, "0"));
  if (device === null) throw new Error(`${number} is no device.`);
  return device;
}

export function deviceKey(number: number): IdentityKey & { readonly kind: "device" } {
  return { kind: "device", device: deviceId(number) };
}

export function customerKey(id: string): IdentityKey & { readonly kind: "declared" } {
  return { kind: "declared", dataSourceId: CRM, id };
}

export function linkOf(
  device: number,
  id: string,
  {
    state = 0,
    at = NOON,
    limits = LIMITS,
    source = CRM,
  }: { state?: AuthState; at?: number; limits?: LinkLimits; source?: DataSourceId } = {},
): IdentityChange & { readonly kind: "link" } {
  const declared = { dataSourceId: source, id };
  return { kind: "link", device: deviceId(device), declared, state, at, limits };
}

export function profileKey(device: number): ProfileKey {
  return { kind: "device", pid: PARTNER, device: deviceId(device) };
}

export function profileChange(device: number, at = NOON): ProfileChange {
  const realized = [{ sid: asTraitId(5001), ttlDays: 120 }];
  return {
    key: profileKey(device),
    delta: { at, realized, gained: [], lost: [], foldBeforeDay: 0 },
  };
}
