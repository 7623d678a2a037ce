// `/demoptout` and `/demoptin`: a visitor, or somebody who speaks for one, ends the collection, with one
// partner or with all ("DCS and visitor-ID service", Opt-out). An opt-out is always accepted: no
// country, page, consent or deny list is asked.

import { eventError } from "@dunlin/contract/errors";
import type { CatalogSnapshot } from "../../catalog/snapshot.ts";
import type { IdentityChange, IdentityKey } from "../../model/identity.ts";
import type { DeviceId } from "../../model/ids.ts";
import { inOrderOfChoice } from "../declared-ids/choose-device.ts";
import { type AcceptedId, checkDeclaredIds } from "../declared-ids/declared-ids.ts";
import { readDeclaredIds } from "../declared-ids/read-declared-ids.ts";
import { screenDeclaredIds } from "../declared-ids/screen-declared-ids.ts";
import {
  deviceCookieLine,
  optInCookieLines,
  optOutCookieLines,
  scopeOf,
} from "../device-cookie.ts";
import { type Envelope, envelopeOf } from "../gates/open-call.ts";
import { deviceByRank, OPT_OUT_ORDER, readDeviceCookie, readNamedDevice } from "../identify.ts";
import { type EventCall, parseCall } from "../parse/parse.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { type CallPartner, hostKind, resolvePartner } from "../partner.ts";
import { type PlacedError, unplaced } from "../placed-error.ts";
import { type EventReply, writeBody } from "../reply.ts";
import { saidErrors } from "../strict/strict.ts";
import type { EventWorld } from "../world.ts";
import { flagOptOuts } from "./flag-opt-outs.ts";
import { lastDeviceOf } from "./last-device.ts";
import { withoutRepeats } from "./refused-consent.ts";

type Wish = "opt-out" | "opt-in";

export async function handleOptOut(
  world: EventWorld,
  raw: RawCall,
  wish: Wish,
): Promise<EventReply> {
  const catalog = world.catalog();
  const parsed = parseCall(raw, "opt-out");
  const envelope = envelopeOf(world, raw, parsed, catalog);
  if (!parsed.call.ok) return reply(envelope, parsed.call.error.errors.map(unplaced));
  const call = parsed.call.value;
  if (raw.host === "") return reply(envelope, [unplaced(eventError(100))]);

  const kind = hostKind(raw.host, catalog, world.domain);
  const namesNobody = !namesSomebody(call);
  if (kind === "www" || (kind === "service" && namesNobody && call.control.orgId === null)) {
    return platformReply(world, envelope, call, wish);
  }
  const owner = resolvePartner(raw.host, call.control.orgId, catalog, world.domain);
  if (!owner.ok) return reply(envelope, [unplaced(owner.error)]);
  return partnerReply(world, envelope, { call, catalog, owner: owner.value, wish });
}

/** The browser's cookie is all there is to an opt-out of the platform: it lasts as long as that does. */
function platformReply(
  world: EventWorld,
  envelope: Envelope,
  call: EventCall,
  wish: Wish,
): EventReply {
  const scope = scopeOf(call, world.domain, world.now());
  const lines = wish === "opt-in" ? optInCookieLines(scope) : optOutCookieLines(scope);
  const errors = wish === "opt-in" ? [] : [unplaced(eventError(171, "NOTARGET"))];
  return { ...reply(envelope, errors), cookies: call.readOnly ? [] : lines };
}

interface PartnerCall {
  readonly call: EventCall;
  readonly catalog: CatalogSnapshot;
  readonly owner: CallPartner;
  readonly wish: Wish;
}

async function partnerReply(
  world: EventWorld,
  envelope: Envelope,
  request: PartnerCall,
): Promise<EventReply> {
  const { call, owner, wish } = request;
  const now = world.now();
  const found = await findWhom(world, request, now);
  const { partner } = owner;
  if (!call.readOnly && wish === "opt-out") {
    await flagOptOuts(world, { partner, keys: found.keys, reason: "request", now });
  } else if (!call.readOnly) {
    const identities = found.keys.map((key): IdentityChange => {
      return { kind: "opt-in", key, pid: partner.pid };
    });
    await world.store.commitVisit({ profiles: [], identities, guard: null });
  }
  const flagged = found.flagged === null || wish === "opt-in" ? [] : [found.flagged];
  const cookies =
    found.made === null || call.readOnly
      ? []
      : [deviceCookieLine(found.made, scopeOf(call, world.domain, now))];
  return { ...reply(envelope, [...found.errors, ...flagged]), cookies };
}

interface Whom {
  readonly keys: readonly IdentityKey[];
  readonly errors: readonly PlacedError[];
  /** Error 171 for the first that is flagged. */
  readonly flagged: PlacedError | null;
  /** A device that had to be made to carry the opt-out. */
  readonly made: DeviceId | null;
}

async function findWhom(
  world: EventWorld,
  { call, catalog, owner, wish }: PartnerCall,
  now: number,
): Promise<Whom> {
  const named = readNamedDevice(call.control);
  const sources = {
    named: named.ok ? named.value : { device: null, mid: null },
    midOwner: owner.midOwner,
    cookie: readDeviceCookie(call.headers.cookie),
    ignoresCookie: false,
  };
  const own = deviceByRank(OPT_OUT_ORDER.beforeLinks, sources);
  const screened = screenDeclaredIds(readDeclaredIds(call.parameters, "no-logins"), {
    catalog,
    partner: owner.partner,
  });
  const checked = checkDeclaredIds(screened, [], own !== null);
  // Who gives the deprecated pair means the device behind it, and not the pair itself.
  const flaggable = checked.ids.filter(({ where }) => where.parameter.startsWith("d_cid"));
  const declared = flaggable.map(({ dataSourceId, id }): IdentityKey => {
    return { kind: "declared", dataSourceId, id };
  });
  const linked = own === null ? await linkedDevices(world, checked.ids, now) : [own.device];
  const byCookie = linked.length > 0 ? null : deviceByRank(OPT_OUT_ORDER.afterLinks, sources);
  const isNameless = !namesSomebody(call);
  // Whoever named only what is malformed meant somebody, and it is not the browser that called.
  const isRefused = own === null && checked.ids.length === 0 && (checked.noneLeft || !named.ok);
  const isMade =
    wish === "opt-out" && linked.length === 0 && byCookie === null && !isNameless && !isRefused;
  const made = isMade ? world.newDeviceId() : null;
  const devices = [...linked];
  if (byCookie !== null && !isRefused) devices.push(byCookie.device);
  if (made !== null) devices.push(made);
  const keys = withoutRepeats([
    ...devices.map((device): IdentityKey => ({ kind: "device", device })),
    ...declared,
  ]);
  const shown = devices[0] ?? flaggable[0]?.shown ?? null;
  const where = own === null ? (checked.ids[0]?.where ?? null) : null;
  const flagged = shown === null ? null : { ...unplaced(eventError(171, shown)), where };
  const malformed = named.ok ? [] : named.error.map(unplaced);
  return { keys, errors: [...malformed, ...checked.errors], flagged, made };
}

/** The device that each ID was last linked to. */
async function linkedDevices(
  world: EventWorld,
  ids: readonly AcceptedId[],
  now: number,
): Promise<readonly DeviceId[]> {
  if (ids.length === 0) return [];
  const inOrder = inOrderOfChoice(ids);
  const identities = await world.store.loadIdentities(
    inOrder.map(({ dataSourceId, id }) => ({ kind: "declared", dataSourceId, id })),
  );
  const devices = new Set<DeviceId>();
  for (const identity of identities) {
    const device = await lastDeviceOf(world, identity, now);
    if (device !== null) devices.add(device);
  }
  return [...devices];
}

const ID_NAME = /^(?:d_uuid|d_mid|d_cid|d_cid_ic|d_cid_ns|d_dpid|d_dpuuid|dpid|dpuuid)$/;

function namesSomebody({ parameters }: EventCall): boolean {
  return parameters.names.some((name) => ID_NAME.test(name));
}

/** A pixel, or the fatal form: what an opt-out says is its error 171. */
function reply(envelope: Envelope, placed: readonly PlacedError[]): EventReply {
  const errors = saidErrors(envelope.strict, placed);
  const { form, region, transactionId, revision } = envelope;
  const said = errors.length === 0 ? {} : { errors };
  const body = writeBody(form, { ...said, dcs_region: region, tid: transactionId });
  return { status: 200, form: form.kind, body, transactionId, revision, errors, cookies: [] };
}
