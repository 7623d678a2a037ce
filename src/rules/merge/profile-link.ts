import type { Link } from "../../model/identity.ts";
import type { DeviceId } from "../../model/ids.ts";

/** The current device and 99 others ("Audience model", Read and merge). */
export const MAX_MERGED_DEVICES = 100;

/** A device on which the person in question was the last to log in, and when that was. */
export interface PersonDevice
  extends Pick<Link, "lastAuth" | "authOrder" | "lastSync" | "syncOrder"> {
  readonly device: DeviceId;
}

/**
 * The devices that Profile Link reads together: the current one first, whoever was last on it, then the
 * person's others, the latest login first. Where nobody is known, the current device alone.
 */
export function profileLinkDevices(
  current: DeviceId,
  personDevices: readonly PersonDevice[],
): DeviceId[] {
  const others = personDevices
    .filter(({ device }) => device !== current)
    .sort(latestLoginFirst)
    .slice(0, MAX_MERGED_DEVICES - 1);
  return [current, ...others.map(({ device }) => device)];
}

/** Devices on which nobody ever logged in come last, the latest sync first. */
function latestLoginFirst(one: PersonDevice, other: PersonDevice): number {
  return (
    (other.lastAuth ?? -1) - (one.lastAuth ?? -1) ||
    other.authOrder - one.authOrder ||
    other.lastSync - one.lastSync ||
    other.syncOrder - one.syncOrder ||
    (one.device < other.device ? -1 : 1)
  );
}
