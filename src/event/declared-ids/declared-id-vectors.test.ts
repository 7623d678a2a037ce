// The vectors of the wire that are about declared IDs, played through the pure steps in the order in
// which a call takes them. What the whole server makes of them is tested elsewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOG, denies } from "../../../test/support/declared-calls.ts";
import {
  PROTOCOL_VECTORS,
  type ProtocolVector,
  type VectorRequest,
} from "../../../test/support/protocol-vectors.ts";
import { mismatches } from "../../../test/support/vector-matcher.ts";
import {
  type Identity,
  type IdentityChange,
  type IdentityKey,
  type Link,
  UNKNOWN_IDENTITY,
} from "../../model/identity.ts";
import { type DeviceId, parseDeviceId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import { DAY_MS } from "../../model/time.ts";
import type { DeniedKey } from "../../profiles/visitor-store.ts";
import {
  blockedDevice,
  type DeviceOrder,
  deviceByRank,
  EVENT_ORDER,
  readDeviceCookie,
  readNamedDevice,
  SYNC_ORDER,
  type Visitor,
} from "../identify.ts";
import { type CallKind, type EventCall, parseCall } from "../parse/parse.ts";
import { resolvePartner } from "../partner.ts";
import { plainErrors } from "../placed-error.ts";
import { chooseDevice, devicesToAskFor, inOrderOfChoice } from "./choose-device.ts";
import { type CheckedIds, checkDeclaredIds } from "./declared-ids.ts";
import { linksToWrite } from "./link-changes.ts";
import { readDeclaredIds } from "./read-declared-ids.ts";
import { type SourceScope, screenDeclaredIds } from "./screen-declared-ids.ts";

const ABOUT_IDS =
  /^(?:(?:cid|dpid-dpuuid|idfa|gaid|fire-tv|lg-webos|vizio|maid|tifa|device-id|uuid-denylisted|three-ids|ten-ids|twelve-ids)(?:-|$)|analytics-id-|id-bad-customer-|mobile-cid-|ibs-cid-form|ibs-late-|ibs-unknown-|ibs-no-accepted-|mid-|uuid-)/;
/** Opt-outs and consent belong to other steps. */
const OF_OTHERS = /opt|consent|coppa/;

const VECTORS = PROTOCOL_VECTORS.filter(
  (vector) =>
    ABOUT_IDS.test(vector.name) &&
    !OF_OTHERS.test(vector.name) &&
    vector.config === undefined &&
    vector.needs === undefined,
);

/** Just enough of a store: each link at both its ends, the most recently synced first. */
class Links {
  readonly #identities = new Map<string, Identity>();

  of(key: IdentityKey): Identity {
    return this.#identities.get(JSON.stringify(key)) ?? UNKNOWN_IDENTITY;
  }

  apply(change: IdentityChange): void {
    if (change.kind !== "link") return;
    const { state, at, limits: _limits } = change;
    const device: IdentityKey = { kind: "device", device: change.device };
    const declared: IdentityKey = { kind: "declared", ...change.declared };
    const link = { state, lastSync: at, lastAuth: state === 1 ? at : null };
    this.#put(device, { ...link, to: declared, syncOrder: 1, authOrder: 0 });
    this.#put(declared, { ...link, to: device, syncOrder: 1, authOrder: 0 });
  }

  #put(end: IdentityKey, link: Link): void {
    const others = this.of(end).links.filter(
      ({ to }) => JSON.stringify(to) !== JSON.stringify(link.to),
    );
    this.#identities.set(JSON.stringify(end), { ...UNKNOWN_IDENTITY, links: [link, ...others] });
  }
}

class Played {
  readonly links = new Links();
  now = Date.UTC(2026, 0, 1);
  readonly #isDenied: (key: DeniedKey) => boolean;

  constructor({ denylist = [] }: ProtocolVector) {
    const tests = denylist.map(({ kind, id }) => denies(kind, id));
    this.#isDenied = (key) => tests.some((denied) => denied(key));
  }

  /** What an answer's body and `X-Error` would say of IDs. */
  answer(request: VectorRequest): { readonly body: object; readonly codes: string } {
    this.now += DAY_MS;
    const kind = kindOf(request.path);
    const call = callOf(request, kind);
    const resolved = resolvePartner(request.host, call.control.orgId, CATALOG, "demdex.net");
    const partner = resolved.ok ? resolved.value.partner : null;
    const midOwner = resolved.ok ? resolved.value.midOwner : null;
    invariant(partner !== null || kind === "sync", "only a sync does without a partner");

    const cookie = readDeviceCookie(call.headers.cookie);
    const named = readNamedDevice(call.control);
    if (!named.ok) return fatal(named.error);
    const sources = { named: named.value, midOwner, cookie, ignoresCookie: false };
    const order = kind === "sync" ? SYNC_ORDER : EVENT_ORDER;
    const own = deviceByRank(order.beforeLinks, sources);

    const checked = this.#check(call, kind, { catalog: CATALOG, partner }, own !== null);
    const errors = plainErrors(checked.errors);
    if (checked.noneLeft && own === null && kind === "event") return fatal(errors);
    const visitor = own ?? this.#byLinks(checked, order) ?? newVisitor();
    if (this.#isDenied({ kind: "device", device: visitor.device })) {
      return fatal([...errors, blockedDevice(visitor, named.value)]);
    }
    const { device } = visitor;
    const identity = this.links.of({ kind: "device", device });
    for (const change of linksToWrite({
      device,
      identity,
      checked,
      withheld: null,
      now: this.now,
    })) {
      this.links.apply(change);
    }
    const mid = call.control.mid ?? midOwner?.ids.midOf(device);
    const body = kind === "id" ? { d_mid: mid } : { uuid: device, stuff: [] };
    return { body: errors.length > 0 ? { ...body, errors } : body, codes: codesOf(errors) };
  }

  #check(call: EventCall, kind: CallKind, scope: SourceScope, hasIdentity: boolean): CheckedIds {
    const use = kind === "sync" ? "no-logins" : "logins";
    const screened = screenDeclaredIds(readDeclaredIds(call.parameters, use), scope);
    return checkDeclaredIds(screened, screened.questions.map(this.#isDenied), hasIdentity);
  }

  #byLinks({ ids }: CheckedIds, { asksLinks }: DeviceOrder): Visitor | null {
    if (!asksLinks) return null;
    const identities = inOrderOfChoice(ids).map(({ dataSourceId, id }) =>
      this.links.of({ kind: "declared", dataSourceId, id }),
    );
    const asked = devicesToAskFor(identities, this.now).map((device): [DeviceId, Identity] => [
      device,
      this.links.of({ kind: "device", device }),
    ]);
    const device = chooseDevice(identities, new Map(asked), this.now);
    return device === null ? null : { device, origin: "link" };
  }
}

function kindOf(path: string): CallKind {
  if (path.startsWith("/ibs:")) return "sync";
  return path.startsWith("/id?") ? "id" : "event";
}

function callOf({ host, path, headers = {} }: VectorRequest, kind: CallKind): EventCall {
  const raw = {
    method: "GET",
    target: path,
    headers: Object.entries(headers).flat(),
    body: null,
    address: "192.0.2.1",
    secure: true,
    host,
  };
  const { call } = parseCall(raw, kind);
  invariant(call.ok, "the vectors of IDs can be read");
  return call.value;
}

type Errors = ReturnType<typeof plainErrors>;

function fatal(errors: Errors): { readonly body: object; readonly codes: string } {
  return { body: { errors }, codes: codesOf(errors) };
}

function codesOf(errors: Errors): string {
  return [...new Set(errors.map(({ code }) => code))].join();
}

function newVisitor(): Visitor {
  const device = parseDeviceId("12345678901234567890123456789012345678");
  invariant(device !== null, "a device ID");
  return { device, origin: "new" };
}

test("there are vectors of every kind of ID", () => {
  assert.ok(VECTORS.length >= 35, `only ${VECTORS.length}: ${VECTORS.map(({ name }) => name)}`);
});

for (const vector of VECTORS) {
  test(`vector ${vector.name}`, () => {
    const played = new Played(vector);
    for (const request of vector.before ?? []) played.answer(request);
    const { body, codes } = played.answer(vector.request);
    const { headers = {}, body: expected = {} } = vector.expect;
    const wanted = headers["x-error"] ?? { $regex: "" };
    const header = codes === "" ? undefined : codes;
    const found = "x-error" in headers ? header : codes;
    assert.deepEqual(
      [...mismatches(body, expected, "body"), ...mismatches(found, wanted, "x-error")],
      [],
    );
  });
}
