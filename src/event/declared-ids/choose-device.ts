// Which device do declared IDs lead to? The IDs that name a device itself are asked first, then the
// others, each group in order of appearance; of the first that leads anywhere the most recent mapping
// counts ("DCS and visitor-ID service", ID resolution order for the device).

import type { Identity } from "../../model/identity.ts";
import type { DeviceId } from "../../model/ids.ts";
import { isLinkLive } from "../../model/links.ts";
import type { AcceptedId } from "./declared-ids.ts";
import { globalDeviceFormat } from "./global-device-ids.ts";

/**
 * Links of one ID that are asked whether their device still lives. Only links that were not synced for
 * the whole life of one need asking; beyond this many the ID counts as unknown.
 */
export const MAX_STALE_LINKS = 100;

/** The IDs in the order in which they may choose the device. */
export function inOrderOfChoice(ids: readonly AcceptedId[]): readonly AcceptedId[] {
  if (ids.length < 2) return ids;
  const isGlobal = ({ dataSourceId }: AcceptedId): boolean =>
    globalDeviceFormat(dataSourceId) !== null;
  return [...ids.filter(isGlobal), ...ids.filter((id) => !isGlobal(id))];
}

/**
 * The devices whose own identities must be known before `chooseDevice` can tell which links live:
 * mostly none, since the most recent link of the first ID was synced lately. `identities` are those of
 * the IDs, in order of choice.
 */
export function devicesToAskFor(identities: readonly Identity[], now: number): readonly DeviceId[] {
  const devices = new Set<DeviceId>();
  for (const { links } of identities) {
    for (const link of links.slice(0, MAX_STALE_LINKS)) {
      if (link.to.kind !== "device") continue;
      if (isLinkLive(link, 0, now)) return [...devices];
      devices.add(link.to.device);
    }
  }
  return [...devices];
}

/** The device that the IDs lead to, or null. `asked` holds what `devicesToAskFor` wanted. */
export function chooseDevice(
  identities: readonly Identity[],
  asked: ReadonlyMap<DeviceId, Identity>,
  now: number,
): DeviceId | null {
  for (const { links } of identities) {
    for (const link of links.slice(0, MAX_STALE_LINKS)) {
      if (link.to.kind !== "device") continue;
      const lastSeen = asked.get(link.to.device)?.lastSeen ?? 0;
      if (isLinkLive(link, lastSeen, now)) return link.to.device;
    }
  }
  return null;
}
