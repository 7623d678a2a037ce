// One `/event` call from top to bottom. Each step is a function of its own, in a file of its own.

import { eventError } from "@dunlin/contract/errors";
import { answer, refuse } from "./answer.ts";
import {
  clickLocation,
  leadsSomewhere,
  redirectReply,
  refusedTarget,
  UNNAMED_CLICKER,
} from "./click.ts";
import { collect } from "./collect.ts";
import { firstLegReply, isCookieUntested, withPath } from "./cookie-test.ts";
import { identifyVisitor } from "./gates/identify-visitor.ts";
import { type Envelope, type OpenCall, type OpenedCall, openCall } from "./gates/open-call.ts";
import { mayStillRedirect, type Stop } from "./gates/stop.ts";
import { EVENT_ORDER } from "./identify.ts";
import { storeRefusal } from "./opt-out/refused-consent.ts";
import { isSecondLeg } from "./parse/parse.ts";
import type { RawCall } from "./parse/raw-call.ts";
import { plainErrors, unplaced } from "./placed-error.ts";
import type { EventReply } from "./reply.ts";
import type { EventWorld } from "./world.ts";

const IDENTIFY = {
  order: EVENT_ORDER,
  logins: "logins",
  needsAnId: true,
  endsAtOptOut: true,
} as const;

/**
 * Answers one call. What the answer says is stored when this resolves. Rejects only for faults of ours,
 * a store that could not commit among them: then nothing is stored and nothing may be said.
 */
export async function handleEvent(world: EventWorld, raw: RawCall): Promise<EventReply> {
  const opening = openCall(world, raw, "event");
  const { envelope } = opening;
  if (!opening.opened.ok) return stopEvent(world, opening, opening.opened.error);
  const open = opening.opened.value;
  const { call, partner: owner } = open;
  if (owner === null) return refuse(envelope, [unplaced(eventError(1, raw.host))]);

  const test = testCookie(world, envelope, open);
  if (test !== null) return test;
  const isClick = leadsSomewhere(call);
  if (isClick && clickLocation(world, call, owner, UNNAMED_CLICKER) === null) {
    return refusedTarget(envelope);
  }
  // Waiting for what is there already would still cost a turn of the promises' queue.
  const identified = identifyVisitor(world, open, IDENTIFY);
  const known = identified instanceof Promise ? await identified : identified;
  if (!known.ok) return stopEvent(world, opening, known.error);
  const { visitor, checked } = known.value;

  const tellsPage = envelope.form.kind !== "pixel" && !isClick;
  const of = { partner: owner.partner, known: known.value, tellsPage };
  const collected = await collect(world, open, of);
  if (collected === null) {
    const error = unplaced(eventError(171, visitor.device));
    const reason = "partner-opt-out";
    return stopEvent(world, opening, {
      ...{ reason, errors: [error], partner: owner, status: 200, optsOut: false },
    });
  }
  const errors = [...open.warnings, ...checked.errors, ...collected.errors.map(unplaced)];
  const answered = { open, owner, known: known.value, collected, errors };
  const reply = answer(world, envelope, answered);
  if (!isClick) return reply;
  const clicker = { device: visitor.device, ...open.consent };
  const location = clickLocation(world, call, owner, clicker);
  return location === null ? refusedTarget(envelope) : redirectReply(envelope, location, reply);
}

/** Both legs of a cookie test; null where the call may go on. */
function testCookie(world: EventWorld, envelope: Envelope, open: OpenCall): EventReply | null {
  const { call, cookie } = open;
  if (isSecondLeg(call.raw)) {
    return cookie.kind === "none" ? refuse(envelope, [unplaced(eventError(172))]) : null;
  }
  if (call.raw.method !== "GET" || call.control.isClick || !isCookieUntested(open)) return null;
  const { device, mid } = call.control;
  if (device !== null || mid !== null || namesAnId(call.parameters.names)) return null;
  return firstLegReply(world, envelope, open, withPath(call.raw.target, "/firstevent"));
}

const ID_NAMES: ReadonlySet<string> = new Set(
  "d_cid d_cid_ic d_cid_ns d_dpid d_dpuuid dpid dpuuid".split(" "),
);

function namesAnId(names: readonly string[]): boolean {
  return names.some((name) => ID_NAMES.has(name));
}

/** A call that ends early: stores what a refusal of consent means, and lets a click arrive all the same. */
async function stopEvent(world: EventWorld, opening: OpenedCall, stop: Stop): Promise<EventReply> {
  const { envelope, call, catalog } = opening;
  const { errors } = stop;
  if (call === null || stop.partner === null) return refuse(envelope, errors, stop);
  if (stop.optsOut && !call.readOnly) await storeRefusal(world, call, catalog, stop.partner);
  if (!leadsSomewhere(call) || !mayStillRedirect(stop)) return refuse(envelope, errors, stop);
  const location = clickLocation(world, call, stop.partner, UNNAMED_CLICKER);
  return location === null
    ? refusedTarget(envelope)
    : redirectReply(envelope, location, { errors: plainErrors(errors), cookies: [] });
}
