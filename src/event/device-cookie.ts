// The cookies that answers set ("DCS and visitor-ID service", Cookies the server sets).

import type { DeviceId } from "../model/ids.ts";
import type { DeviceCookie, Visitor } from "./identify.ts";
import type { EventCall } from "./parse/parse.ts";
import { cookieDomain } from "./partner.ts";

/** Seconds: 180 days, starting anew at every call. */
const LIFE_SECONDS = 15_552_000;
/** Seconds: ten years. Browsers keep it for little more than one, and no server can change that. */
const OPT_OUT_LIFE_SECONDS = 315_360_000;

/**
 * Whose ID the answer's cookie holds, or null for no cookie. A cookie that came is kept, whatever else
 * the call named; an ID that only the caller named is not planted.
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

/** What a cookie's line is made from besides its name and value. */
interface CookieScope {
  readonly host: string;
  readonly secure: boolean;
  readonly domain: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function scopeOf(call: EventCall, domain: string, now: number): CookieScope {
  return { host: call.raw.host, secure: call.raw.secure, domain, now };
}

/** The platform's cookie. Not `HttpOnly`: the ID-sync page reads it. */
export function deviceCookieLine(device: DeviceId, scope: CookieScope): string {
  return cookieLine("demdex", device, LIFE_SECONDS, scope);
}

/** The same ID for the sync service's own host. Nobody reads it back. */
export function syncCookieLine(device: DeviceId, scope: CookieScope): string {
  const host = `dpm.${scope.domain}`;
  return cookieLine("dpm", device, LIFE_SECONDS, { ...scope, host, domain: host });
}

/** What a browser opted out of the platform carries from now on. */
export function optOutCookieLines(scope: CookieScope): readonly string[] {
  return [
    cookieLine("demdex", "NOTARGET", OPT_OUT_LIFE_SECONDS, scope),
    cookieLine("dextp", "NOTARGET", OPT_OUT_LIFE_SECONDS, scope),
    cookieLine("DST", "", 0, scope),
  ];
}

/** Takes both marks of an opt-out back. */
export function optInCookieLines(scope: CookieScope): readonly string[] {
  return [cookieLine("demdex", "", 0, scope), cookieLine("dextp", "", 0, scope)];
}

/** Without TLS a browser refuses `SameSite=None`, so both attributes stay away there. */
function cookieLine(name: string, value: string, lifeSeconds: number, scope: CookieScope): string {
  const { host, secure, domain, now } = scope;
  const within = host === domain ? `.${domain}` : cookieDomain(host, domain);
  const expires = dateText(lifeSeconds === 0 ? 0 : now + lifeSeconds * 1000);
  return (
    `${name}=${value}; Max-Age=${lifeSeconds}; Expires=${expires}; Path=/` +
    (within === null ? "" : `; Domain=${within}`) +
    (secure ? "; Secure; SameSite=None" : "")
  );
}

/** The last that was asked for: the calls of one second share it, and it costs more than the rest of a line. */
let lastDate = { second: 0, text: new Date(0).toUTCString() };

function dateText(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastDate.second) lastDate = { second, text: new Date(ms).toUTCString() };
  return lastDate.text;
}
