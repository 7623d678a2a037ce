// Clicks: the visitor is sent on to where the link leads, collected or not.

import { eventError } from "@dunlin/contract/errors";
import type { DeviceId } from "../model/ids.ts";
import { fillClickTarget } from "./click-target.ts";
import type { Envelope } from "./gates/open-call.ts";
import type { EventCall } from "./parse/parse.ts";
import type { CallPartner } from "./partner.ts";
import { locationOf } from "./redirect.ts";
import type { EventReply } from "./reply.ts";
import type { EventWorld } from "./world.ts";

/** Who clicked, as far as the target may be told. */
export interface Clicker {
  readonly device: DeviceId | null;
  readonly gdpr: "0" | "1";
  readonly gdprConsent: string;
}

/** Of somebody who opted out, refused or is denied a target learns nothing. */
export const UNNAMED_CLICKER: Clicker = { device: null, gdpr: "0", gdprConsent: "" };

/** Whether a call is a click that leads somewhere. */
export function leadsSomewhere({ control }: EventCall): boolean {
  return control.isClick && control.redirect !== null;
}

/** The `Location` of a click, or null where its target is refused: error 311. */
export function clickLocation(
  world: EventWorld,
  call: EventCall,
  { partner }: CallPartner,
  clicker: Clicker,
): string | null {
  const { device, gdpr, gdprConsent } = clicker;
  const parameter = (name: string): string | null => firstValue(call, name);
  const target = fillClickTarget(call.control.redirect ?? "", {
    parameter,
    device: device ?? "",
    mid: () => (device === null ? "" : (call.control.mid ?? partner.ids.midOf(device))),
    declaredId: device === null ? "" : (parameter("d_dpuuid") ?? ""),
    region: world.region,
    gdpr,
    gdprConsent,
    random: () => world.random(),
  });
  return target === null ? null : locationOf(target, partner.definition.redirectAllowList);
}

function firstValue({ parameters }: EventCall, name: string): string | null {
  const at = parameters.names.indexOf(name);
  return at === -1 ? null : parameters.valueAt(at);
}

export function redirectReply(
  envelope: Envelope,
  location: string,
  { errors, cookies }: Pick<EventReply, "errors" | "cookies">,
): EventReply {
  const { transactionId, revision } = envelope;
  const answer = { transactionId, revision, errors, cookies, location };
  return { status: 302, form: "empty", body: "", ...answer };
}

/** A refused target is refused as a pixel, whatever form was asked for. */
export function refusedTarget(envelope: Envelope): EventReply {
  const { transactionId, revision } = envelope;
  const errors = [eventError(311)];
  return { status: 200, form: "pixel", body: "", transactionId, revision, errors, cookies: [] };
}
