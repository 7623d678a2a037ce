// The platform's cookie on an answer.

import type { DeviceId } from "../model/ids.ts";
import type { DeviceCookie, Visitor } from "./identify.ts";
import type { EventCall } from "./parse.ts";
import { cookieDomain } from "./partner.ts";

/** Seconds: 180 days, starting anew at every call. */
const LIFE_SECONDS = 15_552_000;

/**
 * Whose ID the answer's cookie holds, or null for no cookie ("DCS and visitor-ID service", Cookies the
 * server sets). A cookie that came is kept, whatever else the call named; an ID that only the caller
 * named is not planted.
 */
export function cookieToSet(
  call: EventCall,
  cookie: DeviceCookie,
  visitor: Visitor,
): DeviceId | null {
  if (call.readOnly || call.control.childProtection) return null;
  if (cookie.kind === "device") return cookie.device;
  return visitor.origin === "device-id" ? null : visitor.device;
}

/**
 * The `Set-Cookie` line. Not `HttpOnly`: the ID-sync page reads it. Without TLS a browser refuses
 * `SameSite=None`, so both attributes stay away there.
 */
export function deviceCookieLine(
  device: DeviceId,
  call: EventCall,
  domain: string,
  now: number,
): string {
  const scope = cookieDomain(call.raw.host, domain);
  const expires = new Date(now + LIFE_SECONDS * 1000).toUTCString();
  return (
    `demdex=${device}; Max-Age=${LIFE_SECONDS}; Expires=${expires}; Path=/` +
    (scope === null ? "" : `; Domain=${scope}`) +
    (call.raw.secure ? "; Secure; SameSite=None" : "")
  );
}
