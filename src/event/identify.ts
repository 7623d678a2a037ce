// Which device is this call about? What the call and its cookie say of it; what stored links say is found
// in `declared-ids/choose-device.ts`.

import { type EventError, eventError } from "@dunlin/contract/errors";
import { type DeviceId, type Mid, parseDeviceId, parseMid } from "../model/ids.ts";
import { assertNever, err, ok, type Result } from "../model/result.ts";
import type { ControlParameters } from "./parse/control.ts";
import type { EventCall } from "./parse/parse.ts";
import type { CallPartner } from "./partner.ts";

/** What the platform's cookie on a request says. */
export type DeviceCookie =
  | { readonly kind: "device"; readonly device: DeviceId }
  | { readonly kind: "opted-out" }
  | { readonly kind: "none" };

export interface Visitor {
  readonly device: DeviceId;
  /** Where the device's ID comes from; "link": a declared ID leads to it; "new": made for this call. */
  readonly origin: "device-id" | "mid" | "cookie" | "link" | "new";
}

/** The IDs by which a call itself names its device, as far as they are well formed. */
export interface NamedDevice {
  readonly device: DeviceId | null;
  readonly mid: Mid | null;
}

/** The value that an opted-out browser's cookie holds. */
const OPTED_OUT = "NOTARGET";

/**
 * Reads the platform's cookie. Where a browser sends several of that name, one that says "opted out"
 * wins. A value that is neither that nor an ID counts as no cookie.
 */
export function readDeviceCookie(cookieHeader: string): DeviceCookie {
  let found: DeviceId | null = null;
  let start = 0;
  while (start < cookieHeader.length) {
    let end = cookieHeader.indexOf(";", start);
    if (end === -1) end = cookieHeader.length;
    const value = valueOfDemdex(cookieHeader.slice(start, end).trim());
    if (value === OPTED_OUT) return { kind: "opted-out" };
    if (value !== null) found ??= parseDeviceId(value);
    start = end + 1;
  }
  return found === null ? { kind: "none" } : { kind: "device", device: found };
}

function valueOfDemdex(pair: string): string | null {
  return pair.startsWith("demdex=") ? pair.slice("demdex=".length).trim() : null;
}

/**
 * The device that a call names, or errors 101 and 102 together. A bad one ends the call: the caller
 * meant somebody, and it is nobody else.
 */
export function readNamedDevice(
  control: Pick<ControlParameters, "device" | "mid">,
): Result<NamedDevice, readonly EventError[]> {
  const { device: deviceText, mid: midText } = control;
  if (deviceText === null && midText === null) return ok(NOBODY);
  const mid = midText === null ? null : parseMid(midText);
  const device = deviceText === null ? null : parseDeviceId(deviceText);
  const errors: EventError[] = [];
  if (midText !== null && mid === null) errors.push(eventError(101, midText));
  if (deviceText !== null && device === null) errors.push(eventError(102, deviceText));
  return errors.length > 0 ? err(errors) : ok({ device, mid });
}

const NOBODY: NamedDevice = { device: null, mid: null };

type Rank = "device-id" | "mid" | "cookie";

/** Who is asked for the device, and whether stored links of declared IDs are asked in between. */
export interface DeviceOrder {
  readonly beforeLinks: readonly Rank[];
  readonly asksLinks: boolean;
  readonly afterLinks: readonly Rank[];
}

/** "DCS and visitor-ID service", ID resolution order for the device; so for the visitor-ID service. */
export const EVENT_ORDER: DeviceOrder = {
  beforeLinks: ["device-id", "mid", "cookie"],
  asksLinks: true,
  afterLinks: [],
};

/** Whoever opts a customer out means the customer's device, not the one that sends the call. */
export const OPT_OUT_ORDER: DeviceOrder = {
  beforeLinks: ["device-id", "mid"],
  asksLinks: true,
  afterLinks: ["cookie"],
};

/** A sync is about this browser: an ID that is known must not bring back a cookie that was deleted. */
export const SYNC_ORDER: DeviceOrder = {
  beforeLinks: ["device-id", "cookie"],
  asksLinks: false,
  afterLinks: [],
};

export interface DeviceSources {
  readonly named: NamedDevice;
  /** Who decodes the visitor ID; null where there is no partner, and then it says nothing. */
  readonly midOwner: CallPartner["midOwner"] | null;
  readonly cookie: DeviceCookie;
  /** Child protection: an existing cookie says nothing of the device. */
  readonly ignoresCookie: boolean;
}

/** The device by the first rank that knows one, or null. */
export function deviceByRank(ranks: readonly Rank[], sources: DeviceSources): Visitor | null {
  for (const origin of ranks) {
    const device = deviceOf(origin, sources);
    if (device !== null) return { device, origin };
  }
  return null;
}

function deviceOf(rank: Rank, sources: DeviceSources): DeviceId | null {
  const { named, midOwner, cookie, ignoresCookie } = sources;
  switch (rank) {
    case "device-id":
      return named.device;
    case "mid":
      return named.mid === null || midOwner === null ? null : midOwner.ids.deviceOf(named.mid);
    case "cookie":
      return cookie.kind === "device" && !ignoresCookie ? cookie.device : null;
    default:
      return assertNever(rank);
  }
}

/**
 * The device that the deny list is asked about before a call may go on, in error 307's words: as the
 * call named it, so that a visitor ID is not answered with the device ID behind it.
 */
export function blockedDevice(visitor: Visitor, named: NamedDevice): EventError {
  const asNamed = visitor.origin === "mid" ? named.mid : null;
  return eventError(307, asNamed ?? visitor.device);
}

/** The device of a call that names no declared ID. */
export function identify(
  call: EventCall,
  { midOwner }: CallPartner,
  cookie: DeviceCookie,
  newDeviceId: () => DeviceId,
): Result<Visitor, readonly EventError[]> {
  const named = readNamedDevice(call.control);
  if (!named.ok) return named;
  const ignoresCookie = call.control.childProtection;
  const sources = { named: named.value, midOwner, cookie, ignoresCookie };
  const visitor = deviceByRank(EVENT_ORDER.beforeLinks, sources);
  return ok(visitor ?? { device: newDeviceId(), origin: "new" });
}
