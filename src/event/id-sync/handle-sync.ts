// An inbound ID sync: another party tells its ID of this browser, and may learn ours by a redirect.

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { DeviceId } from "../../model/ids.ts";
import { redirectReply } from "../click.ts";
import { firstLegReply, isCookieUntested } from "../cookie-test.ts";
import type { AcceptedId } from "../declared-ids/declared-ids.ts";
import { linksToWrite } from "../declared-ids/link-changes.ts";
import { deviceCookieLine, scopeOf, syncCookieLine } from "../device-cookie.ts";
import { guardOf } from "../gates/guard.ts";
import { identifyVisitor, type KnownVisitor } from "../gates/identify-visitor.ts";
import { type Envelope, type OpenCall, type OpenedCall, openCall } from "../gates/open-call.ts";
import type { Stop } from "../gates/stop.ts";
import { SYNC_ORDER } from "../identify.ts";
import { storeRefusal } from "../opt-out/refused-consent.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { hostKind } from "../partner.ts";
import { plainErrors } from "../placed-error.ts";
import { locationOf } from "../redirect.ts";
import type { EventReply } from "../reply.ts";
import type { EventWorld } from "../world.ts";
import { readSyncTarget, secondLegTarget } from "./sync-path.ts";

const IDENTIFY = {
  order: SYNC_ORDER,
  logins: "no-logins",
  needsAnId: false,
  endsAtOptOut: true,
} as const;

/** Answers `/ibs:…` and its second leg. */
export async function handleSync(world: EventWorld, raw: RawCall): Promise<EventReply> {
  const opening = openCall(world, raw, "sync");
  const { envelope } = opening;
  if (!opening.opened.ok) return stopSync(world, opening, opening.opened.error);
  const open = opening.opened.value;
  const target = readSyncTarget(raw.target);
  if (target?.isSecondLeg === true) {
    if (open.cookie.kind === "none") return emptyReply(envelope, [eventError(172)]);
  } else if (target !== null && open.call.control.device === null && isCookieUntested(open)) {
    return firstLegReply(world, envelope, open, secondLegTarget(target.data));
  }
  const known = await identifyVisitor(world, open, IDENTIFY);
  if (!known.ok) return stopSync(world, opening, known.error);
  return storeSync(world, envelope, open, known.value);
}

async function storeSync(
  world: EventWorld,
  envelope: Envelope,
  open: OpenCall,
  known: KnownVisitor,
): Promise<EventReply> {
  const { visitor, identity, checked } = known;
  const { ids } = checked;
  const errors = plainErrors([...open.warnings, ...checked.errors]);
  const redirect = ids.length === 0 ? null : open.call.control.redirect;
  // Looked at before anything is stored: a refused target is a refused call.
  if (redirect !== null && locationFor(redirect, open, ids, visitor.device) === null) {
    return emptyReply(envelope, [eventError(311)]);
  }
  const { device } = visitor;
  if (ids.length > 0 && !open.call.readOnly) {
    const owner = open.partner?.partner;
    const outcome = await world.store.commitVisit({
      profiles: [],
      identities: linksToWrite({ device, identity, checked, withheld: null, now: open.now }),
      guard: owner === undefined ? null : guardOf(owner.pid, visitor, ids),
    });
    if (outcome === "opted-out") return emptyReply(envelope, [eventError(171, device)]);
  }
  const cookies = syncCookies(world, open, known);
  const location = redirect === null ? null : locationFor(redirect, open, ids, device);
  return location === null
    ? { ...emptyReply(envelope, errors), cookies }
    : redirectReply(envelope, location, { errors, cookies });
}

/** The browser keeps its cookie, or gets one; an ID that only the caller named is not planted. */
function syncCookies(
  world: EventWorld,
  { call, catalog, cookie, now }: OpenCall,
  { visitor, checked }: KnownVisitor,
): readonly string[] {
  if (call.readOnly || call.control.childProtection) return [];
  const device =
    cookie.kind === "device"
      ? cookie.device
      : visitor.origin === "device-id"
        ? null
        : visitor.device;
  if (device === null) return [];
  const scope = scopeOf(call, world.domain, now);
  const isServiceHost = hostKind(call.raw.host, catalog, world.domain) === "service";
  const isSynced = checked.ids.length > 0 && isServiceHost;
  const line = deviceCookieLine(device, scope);
  return isSynced && call.raw.host.toLowerCase().startsWith(`dpm.${world.domain}`)
    ? [syncCookieLine(device, scope), line]
    : [line];
}

/** `${DD_UUID}`, also left encoded once more, and what the visitor consented to. */
const MACRO = /\$\{(DD_UUID|GDPR|GDPR_CONSENT_\d+)\}|%24%7B(DD_UUID)%7D/gi;

function locationFor(
  redirect: string,
  { consent }: OpenCall,
  ids: readonly AcceptedId[],
  device: DeviceId,
): string | null {
  const filled = redirect.replace(MACRO, (_, plain?: string, encoded?: string) => {
    const name = (plain ?? encoded ?? "").toUpperCase();
    if (name === "DD_UUID") return device;
    return name === "GDPR" ? consent.gdpr : encodeURIComponent(consent.gdprConsent.toWellFormed());
  });
  const lists = ids.map(({ source }) => source.redirectAllowList);
  for (const list of lists) {
    if (list !== null && locationOf(filled, list) === null) return null;
  }
  return locationOf(filled, null);
}

async function stopSync(world: EventWorld, opening: OpenedCall, stop: Stop): Promise<EventReply> {
  const { envelope, call, catalog } = opening;
  if (stop.optsOut && call !== null && stop.partner !== null && !call.readOnly) {
    await storeRefusal(world, call, catalog, stop.partner);
  }
  const { status, retryAfterSeconds } = stop;
  const isRefused = status === 429 && retryAfterSeconds !== undefined;
  const reply = emptyReply(envelope, isRefused ? [] : plainErrors(stop.errors));
  return { ...reply, status, ...(isRefused ? { retryAfterSeconds } : {}) };
}

function emptyReply(envelope: Envelope, errors: readonly EventError[]): EventReply {
  const { transactionId, revision } = envelope;
  return { status: 200, form: "empty", body: "", transactionId, revision, errors, cookies: [] };
}
