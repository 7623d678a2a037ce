// The first gates of every call: can it be read, whose is it, may it come from there, has the visitor
// opted out or refused ("DCS and visitor-ID service", Order of processing)?

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { CatalogSnapshot } from "../../catalog/snapshot.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { countryOf } from "../geo/geo.ts";
import { type DeviceCookie, readDeviceCookie } from "../identify.ts";
import {
  type AnswerForm,
  type CallKind,
  type EventCall,
  type ParsedCall,
  parseCall,
  type Refusal,
} from "../parse/parse.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { type CallPartner, hostKind, resolvePartner } from "../partner.ts";
import { type Consented, countryError, judgeConsent, refererError } from "../permit/permit.ts";
import { type PlacedError, unplaced } from "../placed-error.ts";
import { strictCall } from "../strict/strict.ts";
import type { EventWorld } from "../world.ts";
import type { Stop, StopReason } from "./stop.ts";

/** What every answer to one call shares. */
export interface Envelope {
  readonly form: AnswerForm;
  /** The call, where its errors are to be explained; else null. */
  readonly strict: RawCall | null;
  readonly region: number;
  readonly transactionId: string;
  readonly revision: number;
}

/** A call that may be worked on. */
export interface OpenCall {
  readonly call: EventCall;
  readonly catalog: CatalogSnapshot;
  /** Null on syncs that come to a host of the platform and name no org. */
  readonly partner: CallPartner | null;
  readonly cookie: DeviceCookie;
  readonly consent: Consented;
  /** Warnings so far. */
  readonly warnings: readonly PlacedError[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface OpenedCall {
  readonly envelope: Envelope;
  /** The call as far as it could be read; null where it could not. */
  readonly call: EventCall | null;
  readonly catalog: CatalogSnapshot;
  readonly opened: Result<OpenCall, Stop>;
}

/** What the answer to this call begins with. */
export function envelopeOf(
  world: EventWorld,
  raw: RawCall,
  { form, wantsPlaces }: ParsedCall,
  catalog: CatalogSnapshot,
): Envelope {
  return {
    form,
    strict: wantsPlaces ? strictCall(raw, catalog, world.domain) : null,
    region: world.region,
    transactionId: world.newTransactionId(),
    revision: catalog.revision,
  };
}

/** Opens a call of a kind that collects something. One snapshot serves it from here to its answer. */
export function openCall(world: EventWorld, raw: RawCall, kind: CallKind): OpenedCall {
  const catalog = world.catalog();
  const read = world.beginPhase?.("parse");
  const parsed = parseCall(raw, kind);
  read?.();
  const envelope = envelopeOf(world, raw, parsed, catalog);
  if (!parsed.call.ok) {
    const stop = unreadStop(parsed.call.error, raw, catalog);
    return { envelope, call: null, catalog, opened: err(stop) };
  }
  const call = parsed.call.value;
  return { envelope, call, catalog, opened: passGates(world, call, catalog, kind) };
}

function passGates(
  world: EventWorld,
  call: EventCall,
  catalog: CatalogSnapshot,
  kind: CallKind,
): Result<OpenCall, Stop> {
  const { raw, control, headers } = call;
  const resolved = resolvePartner(raw.host, control.orgId, catalog, world.domain);
  if (!resolved.ok) {
    const isNobodys =
      control.orgId === null && hostKind(raw.host, catalog, world.domain) === "service";
    if (!isNobodys || kind !== "sync") {
      // The visitor-ID service says of a call without any org that the empty one is unknown.
      const error = isNobodys && kind === "id" ? eventError(2, "") : resolved.error;
      return err(stopAt("no-partner", error, null));
    }
  }
  const partner = resolved.ok ? resolved.value : null;
  const owner = partner?.partner ?? null;

  const { settings } = catalog;
  const from = countryOf(raw.address, owner, settings, world.geo);
  const country = countryError(from, settings, owner);
  if (country !== null) return err(stopAt("country", country, partner));
  const referer = refererError(headers.referer, owner);
  if (referer !== null) return err(stopAt("referer", referer, partner));

  // Before IDs are looked at: an opted-out visitor must not even be given one.
  const cookie = readDeviceCookie(headers.cookie);
  if (cookie.kind === "opted-out") {
    return err(stopAt("platform-opt-out", eventError(171, "NOTARGET"), partner));
  }
  const { tcf } = settings;
  const isAsked = owner === null ? tcf.onWithoutPartner : owner.definition.tcf;
  const consent = judgeConsent(control, tcf, isAsked);
  if (consent.kind === "refused") {
    const [error = eventError(315)] = consent.errors;
    return err({ ...stopAt("consent", error, partner), optsOut: consent.optsOut });
  }
  const warnings = consent.warnings.map(unplaced);
  return ok({ call, catalog, partner, cookie, consent, warnings, now: world.now() });
}

function unreadStop({ errors, oversize }: Refusal, raw: RawCall, catalog: CatalogSnapshot): Stop {
  const [error = eventError(311)] = errors;
  const wantsStatus = oversize && catalog.settings.oversize === "http";
  const status = wantsStatus ? (raw.method === "POST" ? 413 : 414) : 200;
  return { ...stopAt("unread", error, null), status };
}

function stopAt(reason: StopReason, error: EventError, partner: CallPartner | null): Stop {
  return { reason, errors: [unplaced(error)], partner, status: 200, optsOut: false };
}
