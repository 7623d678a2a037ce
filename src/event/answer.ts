// The answer to a call. The wire's names of fields live here and nowhere else.

import { eventError } from "@dunlin/contract/errors";
import { planIdSyncs, type SyncEntry } from "../delivery/id-syncs.ts";
import type { Collected } from "./collect.ts";
import { readCookie } from "./cookies.ts";
import { cookieToSet, deviceCookieLine, scopeOf } from "./device-cookie.ts";
import type { KnownVisitor } from "./gates/identify-visitor.ts";
import { type Envelope, envelopeOf, type OpenCall } from "./gates/open-call.ts";
import { type CallKind, parseCall } from "./parse/parse.ts";
import type { RawCall } from "./parse/raw-call.ts";
import type { CallPartner } from "./partner.ts";
import { type PlacedError, plainErrors, unplaced } from "./placed-error.ts";
import { type EventReply, writeAnswerBody, writeBody } from "./reply.ts";
import { saidErrors } from "./strict/strict.ts";
import { pageValues } from "./tell-page.ts";
import type { EventWorld } from "./world.ts";

export interface Answered {
  readonly open: OpenCall;
  readonly owner: CallPartner;
  readonly known: KnownVisitor;
  readonly collected: Collected;
  /** Warnings, in the order in which they were raised. */
  readonly errors: readonly PlacedError[];
}

export function answer(world: EventWorld, envelope: Envelope, answered: Answered): EventReply {
  return {
    status: 200,
    form: envelope.form.kind,
    body: envelope.form.kind === "pixel" ? "" : writeAnswer(world, envelope, answered),
    transactionId: envelope.transactionId,
    errors: plainErrors(answered.errors),
    cookies: deviceCookies(world, answered.open, answered.known),
    revision: envelope.revision,
  };
}

/** The platform's cookie, where the answer sets one. */
export function deviceCookies(
  world: EventWorld,
  { call, cookie, now }: OpenCall,
  { visitor }: KnownVisitor,
): readonly string[] {
  const device = cookieToSet(call, cookie, visitor);
  return device === null ? [] : [deviceCookieLine(device, scopeOf(call, world.domain, now))];
}

/** A fatal answer: its errors, the region and the transaction, nothing else. */
export function refuse(
  envelope: Envelope,
  placed: readonly PlacedError[],
  how: { readonly status: number; readonly retryAfterSeconds?: number } = { status: 200 },
): EventReply {
  const { status, retryAfterSeconds } = how;
  const errors = saidErrors(envelope.strict, placed);
  const body = { errors, dcs_region: envelope.region, tid: envelope.transactionId };
  const isSoft = status === 200;
  return {
    status,
    form: isSoft ? envelope.form.kind : "empty",
    body: isSoft ? writeBody(envelope.form, body) : "",
    transactionId: envelope.transactionId,
    errors: status === 429 ? [] : errors,
    cookies: [],
    revision: envelope.revision,
    ...(isSoft || retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** The answer to a call that met a fault of ours: error 0, in the form that the caller asked for. */
export function refuseUnspecified(
  world: EventWorld,
  raw: RawCall,
  kind: CallKind = "event",
): EventReply {
  const catalog = world.catalog();
  const parsed = parseCall(raw, kind);
  const envelope = envelopeOf(world, raw, parsed, catalog);
  return refuse(envelope, [unplaced(eventError(0))]);
}

function writeAnswer(world: EventWorld, envelope: Envelope, answered: Answered): string {
  const { open, owner, known, collected, errors } = answered;
  const { memberships, wantsSyncs } = open.call.control;
  const { device } = known.visitor;
  const { stuff, dests } = collected.page;
  const { legacyU, traitsInResponse } = owner.partner.definition;
  const tellsMemberships = memberships !== null && traitsInResponse;
  return writeAnswerBody(envelope.form, {
    dests: dests.length > 0 ? dests : undefined,
    stuff,
    uuid: device,
    u: legacyU ? device : undefined,
    dcs_region: envelope.region,
    tid: envelope.transactionId,
    traits: tellsMemberships ? collected.traits : undefined,
    segments: tellsMemberships ? segmentIds(memberships, owner, collected) : undefined,
    ibs: wantsSyncs ? syncsForPage(world, open, owner, known) : undefined,
    errors: errors.length > 0 ? saidErrors(envelope.strict, errors) : undefined,
  });
}

/** The visitor's segments by the IDs that the caller knows them by, ascending. */
function segmentIds(
  kind: "legacy" | "sid",
  { partner }: CallPartner,
  { qualification }: Collected,
): readonly number[] {
  const { segments } = qualification;
  if (kind === "sid") return segments;
  const legacyIds = segments.map((sid) => partner.segments.get(sid)?.legacyId ?? sid);
  return legacyIds.sort((a, b) => a - b);
}

/** The ID syncs that a page is to fire; none for children. */
export function syncsForPage(
  world: EventWorld,
  open: OpenCall,
  owner: CallPartner,
  known: KnownVisitor,
): readonly SyncEntry[] {
  const { control, headers } = open.call;
  if (control.childProtection) return [];
  return planIdSyncs(owner.partner.idSyncs, control.container, {
    ...pageValues(world, open, owner.partner, known),
    pastSyncs: readCookie(headers.cookie, "dextp") ?? "",
  });
}
