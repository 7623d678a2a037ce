// What the links of devices and declared IDs say: which of them still live, and who was last on a device.

import type { DeclaredId, Identity, Link } from "./identity.ts";
import type { DataSourceId } from "./ids.ts";
import { DEVICE_LIFE_DAYS, expiresAt } from "./time.ts";

/**
 * Whether a link still counts. It lives as a device does, from its last sync or the last sighting of its
 * device, whichever is later ("Audience model", Which profile is written). `deviceLastSeen` is that of
 * the link's device, whichever end the link was read from; 0 where it is not known.
 */
export function isLinkLive(link: Link, deviceLastSeen: number, now: number): boolean {
  return now < expiresAt(Math.max(link.lastSync, deviceLastSeen), DEVICE_LIFE_DAYS);
}

/**
 * The declared ID that was last logged in on a device, in one data source; where nobody ever was, the
 * one last synced. To hear of this call's IDs too, give the identity as it is after them.
 */
export function lastAuthenticated(
  device: Identity,
  dataSourceId: DataSourceId,
  now: number,
): DeclaredId | null {
  let last: Link | null = null;
  for (const link of device.links) {
    if (link.to.kind !== "declared" || link.to.dataSourceId !== dataSourceId) continue;
    if (!isLinkLive(link, device.lastSeen, now)) continue;
    if (last === null || isLater(link, last)) last = link;
  }
  return last === null ? null : declaredEnd(last);
}

/** The declared ID of a data source that was last synced with a device, whatever its state. */
export function lastSynced(
  device: Identity,
  dataSourceId: DataSourceId,
  now: number,
): DeclaredId | null {
  for (const link of device.links) {
    if (link.to.kind !== "declared" || link.to.dataSourceId !== dataSourceId) continue;
    // The most recently synced come first.
    if (isLinkLive(link, device.lastSeen, now)) return declaredEnd(link);
  }
  return null;
}

function isLater(a: Link, b: Link): boolean {
  if (a.lastAuth !== b.lastAuth) return (a.lastAuth ?? -1) > (b.lastAuth ?? -1);
  if (a.lastAuth !== null) return a.authOrder > b.authOrder;
  return a.lastSync !== b.lastSync ? a.lastSync > b.lastSync : a.syncOrder > b.syncOrder;
}

function declaredEnd({ to }: Link): DeclaredId | null {
  return to.kind === "declared" ? { dataSourceId: to.dataSourceId, id: to.id } : null;
}
