import { type Identity, UNKNOWN_IDENTITY } from "../../model/identity.ts";
import type { DeviceId } from "../../model/ids.ts";
import { chooseDevice, devicesToAskFor } from "../declared-ids/choose-device.ts";
import type { EventWorld } from "../world.ts";

/** The device that an ID was last linked to, if that link still lives. */
export async function lastDeviceOf(
  world: EventWorld,
  identity: Identity,
  now: number,
): Promise<DeviceId | null> {
  const stale = devicesToAskFor([identity], now);
  const found =
    stale.length === 0
      ? []
      : await world.store.loadIdentities(stale.map((device) => ({ kind: "device", device })));
  const asked = new Map(stale.map((device, at) => [device, found[at] ?? UNKNOWN_IDENTITY]));
  return chooseDevice([identity], asked, now);
}
