// The visitor ID service: who is this browser, in the words of one partner?

import { eventError } from "@dunlin/contract/errors";
import { type Mid, parseMid } from "../../model/ids.ts";
import { deviceCookies, syncsForPage } from "../answer.ts";
import { firstLegReply, isCookieUntested, withPath } from "../cookie-test.ts";
import { withheldSource } from "../declared-ids/device-consent.ts";
import { linksToWrite } from "../declared-ids/link-changes.ts";
import { guardOf } from "../gates/guard.ts";
import { identifyVisitor, type KnownVisitor } from "../gates/identify-visitor.ts";
import {
  type Envelope,
  envelopeOf,
  type OpenCall,
  type OpenedCall,
  openCall,
} from "../gates/open-call.ts";
import type { Stop } from "../gates/stop.ts";
import { EVENT_ORDER, readDeviceCookie } from "../identify.ts";
import { storeRefusal } from "../opt-out/refused-consent.ts";
import { parseCall } from "../parse/parse.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { type CallPartner, hostKind } from "../partner.ts";
import { type PlacedError, unplaced } from "../placed-error.ts";
import { type EventReply, writeBody } from "../reply.ts";
import { saidErrors } from "../strict/strict.ts";
import type { EventWorld } from "../world.ts";
import { type IdAnswer, idAnswer, idOptedOut, idRefusal, optOutStatus } from "./id-answer.ts";

const IDENTIFY = {
  order: EVENT_ORDER,
  logins: "logins",
  needsAnId: false,
  endsAtOptOut: false,
} as const;

/** Answers `/id` and its second leg `/id/rd`. */
export async function handleId(world: EventWorld, raw: RawCall): Promise<EventReply> {
  const opening = openCall(world, raw, "id");
  const { envelope } = opening;
  if (!opening.opened.ok) return stopId(world, opening, opening.opened.error);
  const open = opening.opened.value;
  const owner = open.partner;
  if (owner === null) return refuseId(envelope, [unplaced(eventError(2, ""))]);

  if (isSecondLeg(raw)) {
    if (open.cookie.kind === "none") return refuseId(envelope, [unplaced(eventError(172))]);
  } else if (open.call.control.verifiesCookie && isCookieUntested(open)) {
    return firstLegReply(world, envelope, open, withPath(raw.target, "/id/rd"));
  }
  const known = await identifyVisitor(world, open, IDENTIFY);
  if (!known.ok) return stopId(world, opening, known.error);
  return answerId(world, envelope, { open, owner, known: known.value });
}

interface Identified {
  readonly open: OpenCall;
  readonly owner: CallPartner;
  readonly known: KnownVisitor;
}

async function answerId(
  world: EventWorld,
  envelope: Envelope,
  { open, owner, known }: Identified,
): Promise<EventReply> {
  const { partner } = owner;
  const { visitor, checked } = known;
  let { optOut } = known;
  if (optOut === null && !(await linkIds(world, { open, owner, known }))) {
    optOut = unplaced(eventError(171, visitor.device));
  }
  const warnings = [...open.warnings, ...checked.errors];
  const errors = optOut === null ? warnings : [...warnings, optOut];
  const mid = known.named.mid ?? partner.ids.midOf(visitor.device);
  const answer = idAnswer({
    mid,
    blob: world.newBlob(),
    // A visitor who has opted out keeps the ID, which other products need, and is told to nobody.
    syncs: optOut === null ? syncsForPage(world, open, owner, known) : [],
    subdomain: partner.definition.alias,
    region: envelope.region,
    transactionId: envelope.transactionId,
    errors: saidErrors(envelope.strict, errors),
  });
  const cookies = optOut === null ? deviceCookies(world, open, known) : [];
  return replyOf(envelope, answer, cookies);
}

/** False where the visitor opted out while the call was under way. */
async function linkIds(world: EventWorld, { open, owner, known }: Identified): Promise<boolean> {
  const { partner } = owner;
  const { visitor, identity, checked } = known;
  const withheld = withheldSource(open.call.control.refusedDeviceCode, partner);
  const { device } = visitor;
  const identities = linksToWrite({ device, identity, checked, withheld, now: open.now });
  if (identities.length === 0 || open.call.readOnly) return true;
  const guard = guardOf(partner.pid, visitor, checked.ids);
  return (await world.store.commitVisit({ profiles: [], identities, guard })) === "stored";
}

/** Answers `/optOutStatus`: reads the cookie and nothing else, stores nothing, sets nothing. */
export function handleOptOutStatus(world: EventWorld, raw: RawCall): EventReply {
  const catalog = world.catalog();
  const parsed = parseCall(raw, "id");
  const { call } = parsed;
  const envelope = envelopeOf(world, raw, parsed, catalog);
  if (!call.ok) return refuseId(envelope, call.error.errors.map(unplaced));
  const { orgId } = call.value.control;
  const kind = hostKind(raw.host, catalog, world.domain);
  if (raw.host === "") return refuseId(envelope, [unplaced(eventError(100))]);
  if (kind === "unknown" || kind === "www" || (kind === "regional" && orgId === null)) {
    return refuseId(envelope, [unplaced(eventError(1, raw.host))]);
  }
  if (orgId !== null && !catalog.partnersByOrgId.has(orgId)) {
    return refuseId(envelope, [unplaced(eventError(2, orgId))]);
  }
  const isOptedOut = readDeviceCookie(call.value.headers.cookie).kind === "opted-out";
  return replyOf(envelope, optOutStatus(envelope, isOptedOut), []);
}

async function stopId(world: EventWorld, opening: OpenedCall, stop: Stop): Promise<EventReply> {
  const { envelope, call, catalog } = opening;
  if (stop.reason === "platform-opt-out") {
    const mid: Mid | null = parseMid(call?.control.mid ?? "");
    return replyOf(envelope, idOptedOut(envelope, mid), []);
  }
  if (stop.optsOut && call !== null && stop.partner !== null && !call.readOnly) {
    await storeRefusal(world, call, catalog, stop.partner);
  }
  return refuseId(envelope, stop.errors, stop);
}

function refuseId(
  envelope: Envelope,
  placed: readonly PlacedError[],
  how: { readonly status: number; readonly retryAfterSeconds?: number } = { status: 200 },
): EventReply {
  const answer = idRefusal(envelope, saidErrors(envelope.strict, placed));
  const reply = replyOf(envelope, answer, []);
  if (how.status === 200) return reply;
  const { status, retryAfterSeconds } = how;
  const bare = { ...reply, status, form: "empty" as const, body: "" };
  return retryAfterSeconds === undefined ? bare : { ...bare, errors: [], retryAfterSeconds };
}

function replyOf(envelope: Envelope, answer: IdAnswer, cookies: readonly string[]): EventReply {
  const { form, transactionId, revision } = envelope;
  return {
    status: 200,
    form: form.kind,
    body: writeBody(form, answer),
    transactionId,
    errors: answer.errors ?? [],
    cookies,
    revision,
  };
}

function isSecondLeg(raw: RawCall): boolean {
  return /^\/id\/rd(?:\?|$)/.test(raw.target);
}
