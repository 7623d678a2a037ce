import type { DeviceId } from "../../model/ids.ts";

/** The current device and 99 others ("Audience model", Read and merge). */
export const MAX_MERGED_DEVICES = 100;

/** A device and when it was last used by the person in question, who was the last to log in on it. */
export interface PersonDevice {
  readonly device: DeviceId;
  /** Milliseconds since the epoch. */
  readonly lastAuth: number;
}

/**
 * The devices that Profile Link reads together: the current one first, whoever was last on it, then the
 * person's others, the latest login first. Where nobody is known, the current device alone.
 */
export function profileLinkDevices(
  current: DeviceId,
  personDevices: readonly PersonDevice[],
): DeviceId[] {
  const latest = new Map<DeviceId, number>();
  for (const { device, lastAuth } of personDevices) {
    if (device === current) continue;
    latest.set(device, Math.max(lastAuth, latest.get(device) ?? lastAuth));
  }
  const others = [...latest].sort(
    // Logins at one moment: any order will do as long as it is the same each time.
    ([one, oneAuth], [other, otherAuth]) => otherAuth - oneAuth || (one < other ? -1 : 1),
  );
  return [current, ...others.slice(0, MAX_MERGED_DEVICES - 1).map(([device]) => device)];
}
