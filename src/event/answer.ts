// The answer to a call. The wire's names of fields live here and nowhere else.

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { type DestinationPlan, planDestinations } from "../delivery/plan.ts";
import type { TraitId } from "../model/ids.ts";
import { cookieToSet, deviceCookieLine, scopeOf } from "./device-cookie.ts";
import { pageOf } from "./headers.ts";
import type { DeviceCookie, Visitor } from "./identify.ts";
import { type AnswerForm, type EventCall, parseCall, type Refusal } from "./parse.ts";
import type { Qualification } from "./qualify.ts";
import type { RawCall } from "./raw-call.ts";
import { type AnswerBody, type EventReply, writeBody } from "./reply.ts";
import type { EventWorld } from "./world.ts";

/** What every answer of one call shares. */
export interface Envelope {
  readonly form: AnswerForm;
  readonly region: number;
  readonly transactionId: string;
  readonly revision: number;
}

export interface Answered {
  readonly call: EventCall;
  readonly partner: PartnerCatalog;
  readonly visitor: Visitor;
  readonly cookie: DeviceCookie;
  /** Realized by this call, ascending. */
  readonly traits: readonly TraitId[];
  readonly qualification: Qualification;
  /** Warnings, in the order in which they were raised. */
  readonly errors: readonly EventError[];
  readonly now: number;
}

const NO_DESTINATIONS: DestinationPlan = { stuff: [], dests: [] };

export function answer(world: EventWorld, envelope: Envelope, answered: Answered): EventReply {
  const { call, cookie, visitor, now } = answered;
  const device = cookieToSet(call, cookie, visitor);
  return {
    status: 200,
    form: envelope.form.kind,
    body: envelope.form.kind === "pixel" ? "" : writeAnswer(world, envelope, answered),
    transactionId: envelope.transactionId,
    errors: answered.errors,
    cookies: device === null ? [] : [deviceCookieLine(device, scopeOf(call, world.domain, now))],
    revision: envelope.revision,
  };
}

/** A fatal answer: its errors, the region and the transaction, nothing else. */
export function refuse(
  envelope: Envelope,
  errors: readonly EventError[],
  status = 200,
): EventReply {
  const body: AnswerBody = { errors, dcs_region: envelope.region, tid: envelope.transactionId };
  return {
    status,
    form: status === 200 ? envelope.form.kind : "empty",
    body: status === 200 ? writeBody(envelope.form, body) : "",
    transactionId: envelope.transactionId,
    errors,
    cookies: [],
    revision: envelope.revision,
  };
}

/** Error 311; an operator may want a status of HTTP's own for what is too large. */
export function refuseUnread(
  envelope: Envelope,
  refusal: Refusal,
  raw: RawCall,
  oversize: "soft" | "http",
): EventReply {
  const wantsStatus = refusal.oversize && oversize === "http";
  return refuse(envelope, refusal.errors, wantsStatus ? (raw.method === "POST" ? 413 : 414) : 200);
}

/** The answer to a call that met a fault of ours: error 0, in the form that the caller asked for. */
export function refuseUnspecified(world: EventWorld, raw: RawCall): EventReply {
  const envelope: Envelope = {
    form: parseCall(raw).form,
    region: world.region,
    transactionId: world.newTransactionId(),
    revision: world.catalog().revision,
  };
  return refuse(envelope, [eventError(0)]);
}

function writeAnswer(world: EventWorld, envelope: Envelope, answered: Answered): string {
  const { partner, visitor, errors } = answered;
  const { stuff, dests } = planForPage(world, answered);
  const body: AnswerBody = {
    ...(dests.length > 0 ? { dests } : {}),
    stuff,
    uuid: visitor.device,
    ...(partner.definition.legacyU ? { u: visitor.device } : {}),
    dcs_region: envelope.region,
    tid: envelope.transactionId,
    ...memberships(answered),
    ...(errors.length > 0 ? { errors } : {}),
  };
  return writeBody(envelope.form, body);
}

/** Traits and segments, for callers who ask and whose partner allows it. */
function memberships({ call, partner, traits, qualification }: Answered): Partial<AnswerBody> {
  const kind = call.control.memberships;
  if (kind === null || !partner.definition.traitsInResponse) return {};
  if (kind === "sid") return { traits, segments: qualification.segments };
  const legacyIds = qualification.segments.map((sid) => partner.segments.get(sid)?.legacyId ?? sid);
  return { traits, segments: legacyIds.sort((a, b) => a - b) };
}

function planForPage(world: EventWorld, answered: Answered): DestinationPlan {
  const { call, partner, visitor, qualification, now } = answered;
  if (partner.destinations.isEmpty) return NO_DESTINATIONS;
  const { control, headers, raw } = call;
  const page = pageOf(headers.referer ?? headers.origin ?? "");
  return planDestinations(partner.destinations, {
    segments: qualification.segments,
    lost: qualification.lost,
    device: visitor.device,
    mid: () => partner.ids.midOf(visitor.device),
    declaredId: () => null,
    region: world.region,
    now,
    platform: control.platform,
    secure: raw.secure,
    pageHost: page?.host ?? null,
    pageScheme: page?.scheme ?? (raw.secure ? "https" : "http"),
    gdpr: control.gdpr,
    gdprConsent: control.gdprConsent,
    wantsUrls: control.wantsUrls && !control.childProtection,
    random: () => world.random(),
  });
}
