import type { DeclaredId, IdentityKey } from "./identity.ts";
import type { DeviceId } from "./ids.ts";

/** A text that no two keys share: a device is digits alone, a declared ID has a colon. */
export function identityKeyText(key: IdentityKey): string {
  return key.kind === "device" ? key.device : `${key.dataSourceId}:${key.id}`;
}

export function isSameKey(a: IdentityKey, b: IdentityKey): boolean {
  if (a.kind === "device") return b.kind === "device" && a.device === b.device;
  return b.kind === "declared" && a.dataSourceId === b.dataSourceId && a.id === b.id;
}

export function deviceIdentity(device: DeviceId): Extract<IdentityKey, { kind: "device" }> {
  return { kind: "device", device };
}

export function declaredIdentity({ dataSourceId, id }: DeclaredId): IdentityKey {
  return { kind: "declared", dataSourceId, id };
}
