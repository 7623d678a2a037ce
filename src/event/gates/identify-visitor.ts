// Who is this call about? The IDs that it names are checked, linked ones followed, and nobody is let
// through who is denied, has opted out with the partner, or comes too often.

import { eventError } from "@dunlin/contract/errors";
import { type Identity, type IdentityKey, UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { declaredIdentity, deviceIdentity } from "../../model/identity-key.ts";
import type { DeviceId, PartnerId } from "../../model/ids.ts";
import type { Pending } from "../../model/pending.ts";
import { err, ok, type Result } from "../../model/result.ts";
import type { DeniedKey, VisitorsAtHand } from "../../profiles/visitor-store.ts";
import { chooseDevice, devicesToAskFor, inOrderOfChoice } from "../declared-ids/choose-device.ts";
import {
  type AcceptedId,
  type CheckedIds,
  checkDeclaredIds,
  NO_CHECKED_IDS,
} from "../declared-ids/declared-ids.ts";
import { type NamedId, NO_NAMED_IDS, readDeclaredIds } from "../declared-ids/read-declared-ids.ts";
import { screenDeclaredIds } from "../declared-ids/screen-declared-ids.ts";
import {
  blockedDevice,
  type DeviceOrder,
  type DeviceSources,
  deviceByRank,
  type NamedDevice,
  readNamedDevice,
  type Visitor,
} from "../identify.ts";
import { type PlacedError, unplaced } from "../placed-error.ts";
import { HINTS } from "../strict/hints.ts";
import type { EventWorld } from "../world.ts";
import type { OpenCall } from "./open-call.ts";
import { countsCalls, rateStop } from "./rate.ts";
import type { Stop, StopReason } from "./stop.ts";

export interface KnownVisitor {
  readonly visitor: Visitor;
  readonly named: NamedDevice;
  readonly checked: CheckedIds;
  /** What is stored of the device. */
  readonly identity: Identity;
  /** What the store had at hand, where that was asked: good until the caller waits for anything. */
  readonly atHand?: VisitorsAtHand | undefined;
  /** Its moment, which stays what it is. */
  readonly asOf?: number | undefined;
  /** Error 171 where a partner-level opt-out was found of the device or an ID of this call; else null. */
  readonly optOut: PlacedError | null;
}

export interface IdentifyOptions {
  readonly order: DeviceOrder;
  /** Whether naming an ID with this call can be a login. */
  readonly logins: "logins" | "no-logins";
  /** Whether the call ends when IDs were given and none is left, unless the device is known otherwise. */
  readonly needsAnId: boolean;
  /** Whether a partner-level opt-out ends the call; the visitor-ID service answers all the same. */
  readonly endsAtOptOut: boolean;
}

/** Waits only where it must: for IDs that the call names, for limits, and for stores that are elsewhere. */
export function identifyVisitor(
  world: EventWorld,
  open: OpenCall,
  options: IdentifyOptions,
): Pending<Result<KnownVisitor, Stop>> {
  const { call, partner, cookie } = open;
  const named = readNamedDevice(call.control);
  if (!named.ok) return stopped(open, "ids", named.error.map(unplaced));
  const sources: DeviceSources = {
    named: named.value,
    midOwner: partner?.midOwner ?? null,
    cookie,
    ignoresCookie: call.control.childProtection,
  };
  const ids = readDeclaredIds(call.parameters, options.logins);
  const atHand = ids === NO_NAMED_IDS && !countsCalls(open) ? world.store.atHand?.() : undefined;
  if (atHand === undefined) return identifyByStore(world, open, options, { ids, sources });

  const { beforeLinks, afterLinks } = options.order;
  const visitor =
    deviceByRank(beforeLinks, sources) ?? deviceByRank(afterLinks, sources) ?? newVisitor(world);
  const known = visitor.origin === "new" ? NOTHING_KNOWN : knownAtHand(atHand, open, visitor);
  return admit(open, options, { visitor, named: named.value, checked: NO_CHECKED_IDS }, known);
}

interface Named {
  readonly ids: readonly NamedId[];
  readonly sources: DeviceSources;
}

async function identifyByStore(
  world: EventWorld,
  open: OpenCall,
  options: IdentifyOptions,
  { ids, sources }: Named,
): Promise<Result<KnownVisitor, Stop>> {
  const own = deviceByRank(options.order.beforeLinks, sources);
  const checked = await checkIds(world, open, ids, own !== null);
  if (checked.noneLeft && own === null && options.needsAnId) {
    return stopped(open, "ids", checked.errors);
  }
  const asksLinks = own === null && options.order.asksLinks;
  const known = await loadKnown(world, open, checked.ids, own?.device ?? null);
  const linked = asksLinks ? await linkedDevice(world, open, checked.ids, known.ofIds) : null;
  const visitor =
    own ?? linked ?? deviceByRank(options.order.afterLinks, sources) ?? newVisitor(world);
  const late = visitor === own ? known : await withDevice(world, open, visitor, known);

  const admitted = admit(open, options, { visitor, named: sources.named, checked }, late);
  if (!admitted.ok) return admitted;
  const rate = await rateStop(world, open, visitor, checked.ids);
  return rate === null ? admitted : err({ ...rate, errors: [...open.warnings, ...rate.errors] });
}

function newVisitor(world: EventWorld): Visitor {
  return { device: world.newDeviceId(), origin: "new" };
}

/** Unless somebody is denied or has opted out. */
function admit(
  open: OpenCall,
  { endsAtOptOut }: IdentifyOptions,
  who: Pick<KnownVisitor, "visitor" | "named" | "checked">,
  known: Known,
): Result<KnownVisitor, Stop> {
  const { visitor, named, checked } = who;
  if (known.isDeviceDenied) {
    const error = blockedDevice(visitor, named);
    const denied = { ...unplaced(error), hint: HINTS[303] };
    return stopped(open, "denied", [...checked.errors, denied]);
  }
  const optOut = findOptOut(open, visitor, checked.ids, known);
  if (optOut !== null && endsAtOptOut) {
    return stopped(open, "partner-opt-out", [...checked.errors, optOut]);
  }
  const { ofDevice: identity, atHand, asOf } = known;
  return ok({ visitor, named, checked, identity, atHand, asOf, optOut });
}

function stopped(
  { warnings, partner }: OpenCall,
  reason: StopReason,
  errors: readonly PlacedError[],
): Result<never, Stop> {
  return err({
    ...{ reason, errors: [...warnings, ...errors], partner, status: 200, optsOut: false },
  });
}

async function checkIds(
  world: EventWorld,
  { catalog, partner, now }: OpenCall,
  named: readonly NamedId[],
  hasOtherIdentity: boolean,
): Promise<CheckedIds> {
  if (named === NO_NAMED_IDS) return NO_CHECKED_IDS;
  const screened = screenDeclaredIds(named, { catalog, partner: partner?.partner ?? null });
  const denied =
    screened.questions.length === 0
      ? []
      : await world.store.denials.areDenied(screened.questions, now);
  return checkDeclaredIds(screened, denied, hasOtherIdentity);
}

/** What the store says of a call's IDs. */
interface Known {
  readonly ofDevice: Identity;
  readonly isDeviceDenied: boolean;
  /** In the order of choice. */
  readonly ofIds: readonly Identity[];
  readonly atHand?: VisitorsAtHand;
  readonly asOf?: number;
}

const NOTHING_KNOWN: Known = { ofDevice: UNKNOWN_IDENTITY, isDeviceDenied: false, ofIds: [] };

function knownAtHand(atHand: VisitorsAtHand, { now }: OpenCall, { device }: Visitor): Known {
  const key = deviceIdentity(device);
  return {
    ofDevice: atHand.identity(key),
    isDeviceDenied: atHand.isDenied(key, now),
    ofIds: NOTHING_KNOWN.ofIds,
    atHand,
    asOf: atHand.moment,
  };
}

/** The same for a device that was found only now; of a new one nothing can be known. */
async function withDevice(
  world: EventWorld,
  { now }: OpenCall,
  { device, origin }: Visitor,
  { ofIds }: Known,
): Promise<Known> {
  if (origin === "new") return { ...NOTHING_KNOWN, ofIds };
  const key = deviceIdentity(device);
  const [ofDevice = UNKNOWN_IDENTITY] = await world.store.loadIdentities([key]);
  const [isDeviceDenied = false] = await world.store.denials.areDenied([key], now);
  return { ofDevice, isDeviceDenied, ofIds };
}

async function loadKnown(
  world: EventWorld,
  { now }: OpenCall,
  ids: readonly AcceptedId[],
  device: DeviceId | null,
): Promise<Known> {
  const keys: IdentityKey[] = inOrderOfChoice(ids).map(declaredIdentity);
  const denials: DeniedKey[] = [];
  if (device !== null) {
    const key = deviceIdentity(device);
    keys.push(key);
    denials.push(key);
  }
  if (keys.length === 0) return NOTHING_KNOWN;
  const [identities, denied] = await Promise.all([
    world.store.loadIdentities(keys),
    denials.length === 0 ? [] : world.store.denials.areDenied(denials, now),
  ]);
  return {
    ofDevice: device === null ? UNKNOWN_IDENTITY : (identities.at(-1) ?? UNKNOWN_IDENTITY),
    isDeviceDenied: denied[0] === true,
    ofIds: identities.slice(0, ids.length),
  };
}

/** The device that declared IDs lead to; links that were not synced for long ask whether theirs still lives. */
async function linkedDevice(
  world: EventWorld,
  { now }: OpenCall,
  ids: readonly AcceptedId[],
  identities: readonly Identity[],
): Promise<Visitor | null> {
  if (ids.length === 0) return null;
  const stale = devicesToAskFor(identities, now);
  const found =
    stale.length === 0
      ? []
      : await world.store.loadIdentities(stale.map((device) => ({ kind: "device", device })));
  const asked = new Map(stale.map((device, at) => [device, found[at] ?? UNKNOWN_IDENTITY]));
  const device = chooseDevice(identities, asked, now);
  return device === null ? null : { device, origin: "link" };
}

/** Error 171 for the first ID of the call that is opted out with the partner, the device before the others. */
function findOptOut(
  { partner }: OpenCall,
  visitor: Visitor,
  ids: readonly AcceptedId[],
  known: Known,
): PlacedError | null {
  const pid = partner?.partner.pid;
  if (pid === undefined) return null;
  if (isOptedOut(known.ofDevice, pid)) return unplaced(eventError(171, visitor.device));
  if (ids.length === 0) return null;
  const id = inOrderOfChoice(ids).find((_, at) => isOptedOut(known.ofIds[at], pid));
  return id === undefined ? null : { ...unplaced(eventError(171, id.shown)), where: id.where };
}

function isOptedOut(identity: Identity | undefined, pid: PartnerId): boolean {
  if (identity === undefined || identity.optOuts.length === 0) return false;
  return identity.optOuts.some((optOut) => optOut.pid === pid);
}
