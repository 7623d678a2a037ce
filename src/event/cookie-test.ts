// Cookie tests: a first leg sets a cookie and sends the browser on, a second one sees whether it came
// back ("DCS and visitor-ID service", Cookie test).

import type { DeviceId } from "../model/ids.ts";
import { redirectReply } from "./click.ts";
import { deviceCookieLine, scopeOf } from "./device-cookie.ts";
import type { Envelope, OpenCall } from "./gates/open-call.ts";
import type { EventReply } from "./reply.ts";
import type { EventWorld } from "./world.ts";

/** Whether a first leg is due: the workspace wants tests, and this browser has yet to show a cookie. */
export function isCookieUntested({ call, catalog, cookie }: OpenCall): boolean {
  return (
    catalog.settings.cookieConfirm &&
    cookie.kind === "none" &&
    !call.control.childProtection &&
    !call.readOnly
  );
}

/** Sends the browser to the second leg, with a new cookie; does nothing else. */
export function firstLegReply(
  world: EventWorld,
  envelope: Envelope,
  { call, now }: OpenCall,
  secondLeg: string,
): EventReply {
  const device: DeviceId = world.newDeviceId();
  const { host, secure } = call.raw;
  const location = `${secure ? "https" : "http"}://${host}${secondLeg}`;
  const cookies = [deviceCookieLine(device, scopeOf(call, world.domain, now))];
  return redirectReply(envelope, location, { errors: [], cookies });
}

/** A target with another path and the same query, octet for octet. */
export function withPath(target: string, path: string): string {
  const query = target.indexOf("?");
  return query === -1 ? path : path + target.slice(query);
}
