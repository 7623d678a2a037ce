// Which device is this call about? Explicit IDs first, then the platform's cookie, else a new one.

import { type EventError, eventError } from "@dunlin/contract/errors";
import { type DeviceId, parseDeviceId, parseMid } from "../model/ids.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { EventCall } from "./parse.ts";
import type { CallPartner } from "./partner.ts";

/** What the platform's cookie on a request says. */
export type DeviceCookie =
  | { readonly kind: "device"; readonly device: DeviceId }
  | { readonly kind: "opted-out" }
  | { readonly kind: "none" };

export interface Visitor {
  readonly device: DeviceId;
  /** Where the device's ID comes from; "new" was made for this call. */
  readonly origin: "device-id" | "mid" | "cookie" | "new";
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
 * The device of a call, or errors 101 and 102 together ("DCS and visitor-ID service", ID resolution
 * order for the device). A bad explicit ID ends the call: the caller meant somebody, and it is nobody
 * else.
 */
export function identify(
  call: EventCall,
  { midOwner }: CallPartner,
  cookie: DeviceCookie,
  newDeviceId: () => DeviceId,
): Result<Visitor, readonly EventError[]> {
  const { device: deviceText, mid: midText, childProtection } = call.control;
  const mid = midText === null ? null : parseMid(midText);
  const device = deviceText === null ? null : parseDeviceId(deviceText);
  const errors: EventError[] = [];
  if (midText !== null && mid === null) errors.push(eventError(101, midText));
  if (deviceText !== null && device === null) errors.push(eventError(102, deviceText));
  if (errors.length > 0) return err(errors);

  if (device !== null) return ok({ device, origin: "device-id" });
  if (mid !== null) return ok({ device: midOwner.ids.deviceOf(mid), origin: "mid" });
  if (cookie.kind === "device" && !childProtection) {
    return ok({ device: cookie.device, origin: "cookie" });
  }
  return ok({ device: newDeviceId(), origin: "new" });
}
