// One `/event` call from top to bottom. Each step is a function of its own, in a file of its own.

import { eventError } from "@dunlin/contract/errors";
import { applyDelta } from "../model/apply-delta.ts";
import { latestOrder } from "../model/profile.ts";
import type { ProfileKey } from "../profiles/store.ts";
import { answer, type Envelope, refuse, refuseUnread } from "./answer.ts";
import { evaluateOr, loadOr200 } from "./degrade.ts";
import { deltaOf } from "./delta.ts";
import { identify, readDeviceCookie } from "./identify.ts";
import { isSecondLeg, parseCall } from "./parse.ts";
import { resolvePartner } from "./partner.ts";
import { NO_QUALIFICATION, qualify } from "./qualify.ts";
import type { RawCall } from "./raw-call.ts";
import { namedTraits, realizedByRule, uniteTraits } from "./realize.ts";
import type { EventReply } from "./reply.ts";
import { collectSignals } from "./signals.ts";
import type { EventWorld } from "./world.ts";

/**
 * Answers one call. What the answer says is stored when this resolves. Rejects only for faults of ours,
 * a store that could not commit among them: then nothing is stored and nothing may be said.
 */
export async function handleEvent(world: EventWorld, raw: RawCall): Promise<EventReply> {
  // One snapshot for the whole call: what is published meanwhile waits for the next.
  const catalog = world.catalog();
  const { form, call: parsed } = parseCall(raw);
  const envelope: Envelope = {
    form,
    region: world.region,
    transactionId: world.newTransactionId(),
    revision: catalog.revision,
  };
  if (!parsed.ok) return refuseUnread(envelope, parsed.error, raw, catalog.settings.oversize);
  const call = parsed.value;

  const resolved = resolvePartner(raw.host, call.control.orgId, catalog, world.domain);
  if (!resolved.ok) return refuse(envelope, [resolved.error]);
  const { partner } = resolved.value;

  // Before IDs are looked at: an opted-out visitor must not even be given one.
  const cookie = readDeviceCookie(call.headers.cookie);
  if (cookie.kind === "opted-out") return refuse(envelope, [eventError(171, "NOTARGET")]);
  if (cookie.kind === "none" && isSecondLeg(raw)) return refuse(envelope, [eventError(172)]);

  const identified = identify(call, resolved.value, cookie, world.newDeviceId);
  if (!identified.ok) return refuse(envelope, identified.error);
  const visitor = identified.value;

  const now = world.now();
  const key: ProfileKey = { kind: "device", pid: partner.pid, device: visitor.device };
  const stored = await loadOr200(world, key, visitor.device);

  const byRule = evaluateOr(world, "realize", [], () =>
    realizedByRule(collectSignals(call, partner), call.control, partner),
  );
  const traits = uniteTraits(byRule.value, namedTraits(call.control, partner));
  const delta = deltaOf(traits, partner, now);
  const profile = applyDelta(stored.value, delta);
  const qualified = evaluateOr(world, "qualify", NO_QUALIFICATION, () =>
    qualify(partner, profile, now),
  );
  const qualification = qualified.value;

  if (!call.readOnly) {
    const { gained, lost } = qualification;
    const seenOrder = latestOrder(profile);
    await world.profiles.commit([{ key, delta: { ...delta, gained, lost, seenOrder } }]);
  }
  const evaluation = byRule.errors.length > 0 ? byRule.errors : qualified.errors;
  const errors = [...stored.errors, ...evaluation];
  const answered = { call, partner, visitor, cookie, traits, qualification, errors, now };
  return answer(world, envelope, answered);
}
