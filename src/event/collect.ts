// What a call does once it is known whom it is about: signals, traits, profiles, segments, and one
// commit of all that it changes.

import type { EventError } from "@dunlin/contract/errors";
import { applyIdentityChange } from "../model/apply-identity-change.ts";
import type { Identity, IdentityChange } from "../model/identity.ts";
import { deviceIdentity } from "../model/identity-key.ts";
import type { DeviceId, TraitId } from "../model/ids.ts";
import { linksToWrite } from "./declared-ids/link-changes.ts";
import { evaluateOr, findOr203, loadOr200, type Outcome } from "./degrade.ts";
import { guardOf } from "./gates/guard.ts";
import type { KnownVisitor } from "./gates/identify-visitor.ts";
import type { OpenCall } from "./gates/open-call.ts";
import type { CallPartner } from "./partner.ts";
import {
  notQualified,
  planReads,
  planWrites,
  type Qualification,
  qualifyAll,
  type Visit,
  type WholePlan,
} from "./qualify/qualify.ts";
import { namedTraits, realizedByRule, uniteTraits } from "./realize.ts";
import { collectSignals } from "./signals.ts";
import type { EventWorld } from "./world.ts";

export interface Collected {
  /** Realized by this call, ascending. */
  readonly traits: readonly TraitId[];
  readonly qualification: Qualification;
  /** Warnings, in the order in which they were raised. */
  readonly errors: readonly EventError[];
}

/** Null where the visitor opted out while the call was under way: then nothing was stored. */
export async function collect(
  world: EventWorld,
  open: OpenCall,
  partner: CallPartner["partner"],
  known: KnownVisitor,
): Promise<Collected | null> {
  const { call, now } = open;
  const { visitor, checked } = known;
  const { device } = visitor;
  const links = linksToWrite({ device, identity: known.identity, checked, withheld: null, now });
  const identity = withLinks(known.identity, links, device);
  const visit: Visit = { partner, device, ids: checked.ids, identity, now };

  const byRule = evaluateOr(world, "realize", [], () =>
    realizedByRule(collectSignals(call, partner, world), call.control, partner),
  );
  const traits = uniteTraits(byRule.value, namedTraits(call.control, partner));
  const writes = planWrites(visit, traits);
  const planned = await planOf(world, visit);
  const stored = await loadOr200(world, planned.value.profiles, device);
  const qualified = evaluateOr(world, "qualify", notQualified(writes), () =>
    qualifyAll(visit, planned.value, stored.value, writes),
  );
  const qualification = qualified.value;
  if (!call.readOnly) {
    const outcome = await world.store.commitVisit({
      profiles: qualification.changes,
      identities: links,
      guard: guardOf(partner.pid, visitor, checked.ids),
    });
    if (outcome === "opted-out") return null;
  }
  const evaluation = byRule.errors.length > 0 ? byRule.errors : qualified.errors;
  return { traits, qualification, errors: [...planned.errors, ...stored.errors, ...evaluation] };
}

/** The device's identity as the call's own links leave it: who logs in with a call is logged in for it. */
function withLinks(
  identity: Identity,
  links: readonly IdentityChange[],
  device: DeviceId,
): Identity {
  const key = deviceIdentity(device);
  return links.reduce(
    (before, change) => applyIdentityChange(before, change, key).identity,
    identity,
  );
}

/** Which profiles to read: asked for at once for an anonymous visitor, in at most two rounds for others. */
async function planOf(world: EventWorld, visit: Visit): Promise<Outcome<WholePlan>> {
  const errors: EventError[] = [];
  let plan = planReads(visit);
  while (plan.kind === "unfinished") {
    const found = await findOr203(world, plan.wanted, visit.device);
    errors.push(...found.errors);
    plan = plan.given(found.value);
  }
  return { value: plan, errors };
}
