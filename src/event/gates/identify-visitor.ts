// Who is this call about? The IDs that it names are checked, linked ones followed, and nobody is let
// through who is denied, has opted out with the partner, or comes too often.

import { eventError } from "@dunlin/contract/errors";
import type { Identity, IdentityKey } from "../../model/identity.ts";
import { UNKNOWN_IDENTITY } from "../../model/identity.ts";
import type { DeviceId } from "../../model/ids.ts";
import { err, ok, type Result } from "../../model/result.ts";
import type { DeniedKey } from "../../profiles/visitor-store.ts";
import { chooseDevice, devicesToAskFor, inOrderOfChoice } from "../declared-ids/choose-device.ts";
import {
  type AcceptedId,
  type CheckedIds,
  checkDeclaredIds,
  NO_CHECKED_IDS,
} from "../declared-ids/declared-ids.ts";
import { NO_NAMED_IDS, readDeclaredIds } from "../declared-ids/read-declared-ids.ts";
import { screenDeclaredIds } from "../declared-ids/screen-declared-ids.ts";
import {
  blockedDevice,
  type DeviceOrder,
  deviceByRank,
  type NamedDevice,
  readNamedDevice,
  type Visitor,
} from "../identify.ts";
import { type PlacedError, unplaced } from "../placed-error.ts";
import { HINTS } from "../strict/hints.ts";
import type { EventWorld } from "../world.ts";
import type { OpenCall } from "./open-call.ts";
import { rateStop } from "./rate.ts";
import type { Stop, StopReason } from "./stop.ts";

export interface KnownVisitor {
  readonly visitor: Visitor;
  readonly named: NamedDevice;
  readonly checked: CheckedIds;
  /** What is stored of the device. */
  readonly identity: Identity;
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

export async function identifyVisitor(
  world: EventWorld,
  open: OpenCall,
  options: IdentifyOptions,
): Promise<Result<KnownVisitor, Stop>> {
  const { call, partner, cookie } = open;
  const stopped = (reason: StopReason, errors: readonly PlacedError[]): Result<never, Stop> =>
    err({ reason, errors: [...open.warnings, ...errors], partner, status: 200, optsOut: false });

  const named = readNamedDevice(call.control);
  if (!named.ok) {
    return stopped("ids", named.error.map(unplaced));
  }
  const sources = {
    named: named.value,
    midOwner: partner?.midOwner ?? null,
    cookie,
    ignoresCookie: call.control.childProtection,
  };
  const own = deviceByRank(options.order.beforeLinks, sources);
  const checked = await checkIds(world, open, options, own !== null);
  if (checked.noneLeft && own === null && options.needsAnId) return stopped("ids", checked.errors);

  const asksLinks = own === null && options.order.asksLinks;
  const known = await loadKnown(world, open, checked.ids, own?.device ?? null);
  const linked = asksLinks ? await linkedDevice(world, open, checked.ids, known.ofIds) : null;
  const visitor: Visitor = own ??
    linked ??
    deviceByRank(options.order.afterLinks, sources) ?? {
      device: world.newDeviceId(),
      origin: "new",
    };
  const late = visitor.device === own?.device ? known : await known.withDevice(world, visitor);

  if (late.isDeviceDenied) {
    const error = blockedDevice(visitor, named.value);
    return stopped("denied", [...checked.errors, { ...unplaced(error), hint: HINTS[303] }]);
  }
  const optOut = findOptOut(open, visitor, checked.ids, late);
  if (optOut !== null && options.endsAtOptOut) {
    return stopped("partner-opt-out", [...checked.errors, optOut]);
  }
  const rate = await rateStop(world, open, visitor, checked.ids);
  if (rate !== null) return err({ ...rate, errors: [...open.warnings, ...rate.errors] });
  return ok({
    visitor,
    named: named.value,
    checked,
    identity: late.ofDevice,
    optOut,
  });
}

async function checkIds(
  world: EventWorld,
  open: OpenCall,
  options: IdentifyOptions,
  hasOtherIdentity: boolean,
): Promise<CheckedIds> {
  const named = readDeclaredIds(open.call.parameters, options.logins);
  if (named === NO_NAMED_IDS) return NO_CHECKED_IDS;
  const partner = open.partner?.partner ?? null;
  const screened = screenDeclaredIds(named, { catalog: open.catalog, partner });
  const denied =
    screened.questions.length === 0
      ? []
      : await world.store.denials.areDenied(screened.questions, open.now);
  return checkDeclaredIds(screened, denied, hasOtherIdentity);
}

/** What the store says of a call's IDs. */
class Known {
  readonly ofDevice: Identity;
  readonly isDeviceDenied: boolean;
  /** In the order of choice. */
  readonly ofIds: readonly Identity[];
  readonly #now: number;

  constructor(parts: {
    readonly ofDevice: Identity;
    readonly isDeviceDenied: boolean;
    readonly ofIds: readonly Identity[];
    readonly now: number;
  }) {
    this.ofDevice = parts.ofDevice;
    this.isDeviceDenied = parts.isDeviceDenied;
    this.ofIds = parts.ofIds;
    this.#now = parts.now;
  }

  /** The same for a device that was found only now; of a new one nothing can be known. */
  async withDevice(world: EventWorld, { device, origin }: Visitor): Promise<Known> {
    const { ofIds } = this;
    if (origin === "new") {
      return new Known({
        ofDevice: UNKNOWN_IDENTITY,
        isDeviceDenied: false,
        ofIds,
        now: this.#now,
      });
    }
    const [ofDevice = UNKNOWN_IDENTITY] = await world.store.loadIdentities([
      { kind: "device", device },
    ]);
    const [isDeviceDenied = false] = await world.store.denials.areDenied(
      [{ kind: "device", device }],
      this.#now,
    );
    return new Known({ ofDevice, isDeviceDenied, ofIds, now: this.#now });
  }
}

async function loadKnown(
  world: EventWorld,
  { now }: OpenCall,
  ids: readonly AcceptedId[],
  device: DeviceId | null,
): Promise<Known> {
  const keys: IdentityKey[] = inOrderOfChoice(ids).map(({ dataSourceId, id }) => {
    return { kind: "declared", dataSourceId, id };
  });
  const denials: DeniedKey[] = [];
  if (device !== null) {
    keys.push({ kind: "device", device });
    denials.push({ kind: "device", device });
  }
  if (keys.length === 0) {
    return new Known({ ofDevice: UNKNOWN_IDENTITY, isDeviceDenied: false, ofIds: [], now });
  }
  const [identities, denied] = await Promise.all([
    world.store.loadIdentities(keys),
    denials.length === 0 ? [] : world.store.denials.areDenied(denials, now),
  ]);
  return new Known({
    ofDevice: device === null ? UNKNOWN_IDENTITY : (identities.at(-1) ?? UNKNOWN_IDENTITY),
    isDeviceDenied: denied[0] === true,
    ofIds: identities.slice(0, ids.length),
    now,
  });
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
  const isOut = (identity: Identity | undefined): boolean =>
    identity?.optOuts.some((optOut) => optOut.pid === pid) === true;
  if (isOut(known.ofDevice)) return unplaced(eventError(171, visitor.device));
  const id = inOrderOfChoice(ids).find((_, at) => isOut(known.ofIds[at]));
  return id === undefined ? null : { ...unplaced(eventError(171, id.shown)), where: id.where };
}
