// What a call does once it is known whom it is about: signals, traits, profiles, segments, and one
// commit of all that it changes.

import type { EventError } from "@dunlin/contract/errors";
import type { DestinationPlan } from "../delivery/plan.ts";
import { applyIdentityChange } from "../model/apply-identity-change.ts";
import type { Identity, IdentityChange, IdentityKey } from "../model/identity.ts";
import { deviceIdentity } from "../model/identity-key.ts";
import type { DeviceId, PartnerId, TraitId } from "../model/ids.ts";
import type { Pending } from "../model/pending.ts";
import type { Profile } from "../model/profile.ts";
import type { ProfileChange } from "../profiles/store.ts";
import type { Visit as StoredVisit, VisitorsAtHand } from "../profiles/visitor-store.ts";
import { linksToWrite } from "./declared-ids/link-changes.ts";
import { evaluateOr, findOr203, loadOr200, type Outcome, profilesAtHand } from "./degrade.ts";
import { guardOf } from "./gates/guard.ts";
import type { OpenCall } from "./gates/open-call.ts";
import {
  notQualified,
  planReads,
  planWrites,
  type Qualification,
  qualifyAll,
  type ReadPlan,
  type Visit,
  type WholePlan,
} from "./qualify/qualify.ts";
import { namedTraits, realizedByRule, uniteTraits } from "./realize.ts";
import { collectSignals, visitKeys } from "./signals.ts";
import { NOTHING_FOR_PAGE, planForPage, type TellingOf, withTold } from "./tell-page.ts";
import type { EventWorld } from "./world.ts";

export interface Collected {
  /** Realized by this call, ascending. */
  readonly traits: readonly TraitId[];
  readonly qualification: Qualification;
  /** What the page is told of destinations; nothing where the answer goes to none. */
  readonly page: DestinationPlan;
  /** Warnings, in the order in which they were raised. */
  readonly errors: readonly EventError[];
}

export interface Collecting extends TellingOf {
  /** Whether the answer has a body, in which a page is told of destinations. */
  readonly tellsPage: boolean;
}

/** Null where the visitor opted out while the call was under way: then nothing was stored. */
export async function collect(
  world: EventWorld,
  open: OpenCall,
  { partner, known, tellsPage }: Collecting,
): Promise<Collected | null> {
  const { call, now } = open;
  const { visitor, checked } = known;
  const { device } = visitor;
  const links = linksToWrite({ device, identity: known.identity, checked, withheld: null, now });
  const identity = withLinks(known.identity, links, device);
  const visit: Visit = { partner, device, ids: checked.ids, identity, now };

  const { keyWatch } = world;
  if (keyWatch?.looksAt(partner.pid)) {
    visitKeys(call, partner, (key, isAsked) => keyWatch.saw(partner.pid, key, isAsked));
  }
  const realized = world.beginPhase?.("realize");
  const byRule = evaluateOr(world, "realize", [], () =>
    realizedByRule(collectSignals(call, partner, world), call.control, partner),
  );
  const traits = uniteTraits(byRule.value, namedTraits(call.control, partner));
  realized?.();
  const writes = planWrites(visit, traits);
  const own = guardOf(partner.pid, visitor, checked.ids);
  // Nothing was waited for since it was asked, so the first round need not ask again.
  let { atHand, asOf } = known;
  for (;;) {
    const qualified = qualify(world, visit, writes, atHand);
    atHand = undefined;
    if (qualified instanceof Promise) asOf = undefined;
    const { qualification, reading, evaluation } =
      qualified instanceof Promise ? await qualified : qualified;
    const page = tellsPage
      ? planForPage(world, open, { partner, known }, qualification)
      : NOTHING_FOR_PAGE;
    const changes = withTold(qualification.changes, page);
    const outcome = call.readOnly
      ? "stored"
      : await world.store.commitVisit({
          profiles: changes,
          identities: links,
          guard: guardWith(own, partner.pid, changes),
          // Others than the visitor have not been looked at yet.
          asOf: changes.length <= 1 ? asOf : undefined,
        });
    if (outcome === "stored") {
      if (page.heldBackCount !== undefined) world.heldBack?.(page.heldBackCount);
      const last = byRule.errors.length > 0 ? byRule.errors : evaluation;
      return { traits, qualification, page, errors: joined(reading, last) };
    }
    asOf = undefined;
    if (own !== null && (await isOptedOut(world, own))) return null;
    // Somebody with whom the visitor was merged: evaluated anew, without them. Whoever has opted out is
    // read no more, so this ends.
  }
}

interface Qualified {
  readonly qualification: Qualification;
  /** Warnings of what could not be read, then of what could not be evaluated. */
  readonly reading: readonly EventError[];
  readonly evaluation: readonly EventError[];
}

/** Mostly both are empty, and then so is what they are together. */
function joined<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return other.length === 0 ? one : [...one, ...other];
}

type Writes = readonly ProfileChange[];

/** Waits only where it must: for those who belong to the visitor, and for stores that are elsewhere. */
function qualify(
  world: EventWorld,
  visit: Visit,
  writes: Writes,
  known: VisitorsAtHand | undefined,
): Pending<Qualified> {
  const plan = planReads(visit);
  const { device } = visit;
  const stored = plan.kind === "whole" ? profilesAtHand(world, plan, { device, known }) : null;
  if (plan.kind === "unfinished" || stored === null) {
    return qualifyByStore(world, visit, writes, plan);
  }
  return evaluate(world, visit, writes, { plan, stored: stored.value, reading: stored.errors });
}

async function qualifyByStore(
  world: EventWorld,
  visit: Visit,
  writes: Writes,
  plan: ReadPlan,
): Promise<Qualified> {
  const whole = await finishPlan(world, visit, plan);
  const stored = await loadOr200(world, whole.value.profiles, visit.device);
  const reading = [...whole.errors, ...stored.errors];
  return evaluate(world, visit, writes, { plan: whole.value, stored: stored.value, reading });
}

interface ReadProfiles {
  readonly plan: WholePlan;
  readonly stored: readonly Profile[];
  readonly reading: readonly EventError[];
}

function evaluate(
  world: EventWorld,
  visit: Visit,
  writes: Writes,
  { plan, stored, reading }: ReadProfiles,
): Qualified {
  const qualified = world.beginPhase?.("qualify");
  const { value, errors } = evaluateOr(world, "qualify", null, () =>
    qualifyAll(visit, plan, stored, writes),
  );
  qualified?.();
  return { qualification: value ?? notQualified(writes), reading, evaluation: errors };
}

type Guard = StoredVisit["guard"];

/** Nobody of whom something is stored may have opted out, whether the call named them or not. */
function guardWith(own: Guard, pid: PartnerId, changes: readonly ProfileChange[]): Guard {
  if (changes.length <= 1) return own;
  const all = changes.map(({ key }): IdentityKey => {
    return key.kind === "device" ? deviceIdentity(key.device) : key;
  });
  return { pid, keys: own === null ? all : [...own.keys, ...all] };
}

async function isOptedOut(world: EventWorld, guard: NonNullable<Guard>): Promise<boolean> {
  const identities = await world.store.loadIdentities(guard.keys);
  return identities.some(({ optOuts }) => optOuts.some(({ pid }) => pid === guard.pid));
}

/** The device's identity as the call's own links leave it: who logs in with a call is logged in for it. */
function withLinks(
  identity: Identity,
  links: readonly IdentityChange[],
  device: DeviceId,
): Identity {
  if (links.length === 0) return identity;
  const key = deviceIdentity(device);
  return links.reduce(
    (before, change) => applyIdentityChange(before, change, key).identity,
    identity,
  );
}

/** Which profiles to read, asked for in at most two rounds. */
async function finishPlan(
  world: EventWorld,
  visit: Visit,
  begun: ReadPlan,
): Promise<Outcome<WholePlan>> {
  const errors: EventError[] = [];
  let plan = begun;
  while (plan.kind === "unfinished") {
    const found = await findOr203(world, plan.wanted, visit.device);
    errors.push(...found.errors);
    plan = plan.given(found.value);
  }
  return { value: plan, errors };
}
