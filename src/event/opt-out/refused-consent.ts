// A visitor who refused consent is opted out with the partner: every valid ID of the call, and for a
// customer's ID the device that it was last linked to. None is made for it ("DCS and visitor-ID
// service", IAB TCF).

import type { CatalogSnapshot } from "../../catalog/snapshot.ts";
import type { IdentityKey } from "../../model/identity.ts";
import { parseDeviceId, parseMid } from "../../model/ids.ts";
import { checkDeclaredIds } from "../declared-ids/declared-ids.ts";
import { readDeclaredIds } from "../declared-ids/read-declared-ids.ts";
import { screenDeclaredIds } from "../declared-ids/screen-declared-ids.ts";
import { readDeviceCookie } from "../identify.ts";
import type { EventCall } from "../parse/parse.ts";
import type { CallPartner } from "../partner.ts";
import type { EventWorld } from "../world.ts";
import { flagOptOuts } from "./flag-opt-outs.ts";
import { lastDeviceOf } from "./last-device.ts";

export async function storeRefusal(
  world: EventWorld,
  call: EventCall,
  catalog: CatalogSnapshot,
  { partner, midOwner }: CallPartner,
): Promise<void> {
  const now = world.now();
  const keys: IdentityKey[] = [];
  const { device, mid } = call.control;
  const named = device === null ? null : parseDeviceId(device);
  if (named !== null) keys.push({ kind: "device", device: named });
  const visitorId = mid === null ? null : parseMid(mid);
  if (visitorId !== null) keys.push({ kind: "device", device: midOwner.ids.deviceOf(visitorId) });
  const cookie = readDeviceCookie(call.headers.cookie);
  if (cookie.kind === "device") keys.push(cookie);

  const screened = screenDeclaredIds(readDeclaredIds(call.parameters, "no-logins"), {
    catalog,
    partner,
  });
  const declared = checkDeclaredIds(screened, [], true).ids.map(({ dataSourceId, id }) => {
    return { kind: "declared", dataSourceId, id } as const;
  });
  keys.push(...declared);
  if (declared.length > 0) {
    for (const identity of await world.store.loadIdentities(declared)) {
      const last = await lastDeviceOf(world, identity, now);
      if (last !== null) keys.push({ kind: "device", device: last });
    }
  }
  await flagOptOuts(world, { partner, keys: withoutRepeats(keys), reason: "consent", now });
}

/** Each key once, in order. */
export function withoutRepeats(keys: readonly IdentityKey[]): IdentityKey[] {
  const byText = new Map<string, IdentityKey>();
  for (const key of keys) {
    const text = key.kind === "device" ? key.device : `${key.dataSourceId}:${key.id}`;
    if (!byText.has(text)) byText.set(text, key);
  }
  return [...byText.values()];
}
