import assert from "node:assert/strict";
import { test } from "node:test";
import { ALPHA, deviceId } from "../../test/support/declared-calls.ts";
import { parseMid } from "../model/ids.ts";
import {
  blockedDevice,
  type DeviceOrder,
  type DeviceSources,
  deviceByRank,
  EVENT_ORDER,
  OPT_OUT_ORDER,
  readDeviceCookie,
  readNamedDevice,
  SYNC_ORDER,
} from "./identify.ts";

const ID = "22920112968019678612904394744954398990";
const OTHER = "07955261652886032950143702505894272138";

const COOKIES: readonly (readonly [header: string, kind: string, device?: string])[] = [
  ["", "none"],
  [`demdex=${ID}`, "device", ID],
  [`a=b; demdex=${ID}; c=d`, "device", ID],
  [`a=b;demdex=${ID}`, "device", ID],
  [`demdex=${ID}; demdex=${OTHER}`, "device", ID],
  [`demdex=abc; demdex=${OTHER}`, "device", OTHER],
  ["demdex=abc", "none"],
  ["demdex=DID:1", "none"],
  [`xdemdex=${ID}`, "none"],
  [`demdex=${"0".repeat(38)}`, "none"],
  [`demdex=${"9".repeat(38)}`, "none"],
  ["demdex=NOTARGET", "opted-out"],
  [`demdex=${ID}; demdex=NOTARGET`, "opted-out"],
  ["demdex=notarget", "none"],
];

for (const [header, kind, device] of COOKIES) {
  test(`the cookie header "${header.slice(0, 60)}" says: ${kind}`, () => {
    const cookie = readDeviceCookie(header);
    assert.equal(cookie.kind, kind);
    if (cookie.kind === "device") assert.equal(cookie.device, device);
  });
}

const NAMED = deviceId(ID);
const OF_COOKIE = deviceId(OTHER);
const MID = parseMid("22845954047972068642896981047981475499");
/** What that visitor ID is to the partner of the vectors. */
const OF_MID = NAMED;

const NOTHING: DeviceSources = {
  named: { device: null, mid: null },
  midOwner: ALPHA,
  cookie: { kind: "none" },
  ignoresCookie: false,
};
const cookie = { kind: "device", device: OF_COOKIE } as const;
const LINKED = deviceId("41234567890123456780765432109876543210");

/** The device of a call whose declared IDs lead to one, with where it comes from. */
function resolve(order: DeviceOrder, sources: Partial<DeviceSources>): string {
  const all = { ...NOTHING, ...sources };
  const linked = order.asksLinks ? { device: LINKED, origin: "link" } : null;
  const visitor =
    deviceByRank(order.beforeLinks, all) ?? linked ?? deviceByRank(order.afterLinks, all);
  return visitor === null ? "new" : `${visitor.origin} ${visitor.device}`;
}

test("on an event the call's own IDs and the cookie come before declared IDs", () => {
  const named = { device: NAMED, mid: MID };
  assert.equal(resolve(EVENT_ORDER, { named, cookie }), `device-id ${NAMED}`);
  const byMid = { device: null, mid: MID };
  assert.equal(resolve(EVENT_ORDER, { named: byMid, cookie }), `mid ${OF_MID}`);
  assert.equal(resolve(EVENT_ORDER, { cookie }), `cookie ${OF_COOKIE}`);
  assert.equal(resolve(EVENT_ORDER, { cookie, ignoresCookie: true }), `link ${LINKED}`);
  assert.equal(resolve(EVENT_ORDER, {}), `link ${LINKED}`);
});

test("an opt-out by declared ID means that ID's device, not the browser's", () => {
  assert.equal(resolve(OPT_OUT_ORDER, { cookie }), `link ${LINKED}`);
  const named = { device: null, mid: MID };
  assert.equal(resolve(OPT_OUT_ORDER, { cookie, named }), `mid ${OF_MID}`);
});

test("a sync is about the browser: neither a visitor ID nor a declared ID chooses its device", () => {
  const named = { device: null, mid: MID };
  assert.equal(resolve(SYNC_ORDER, { named }), "new");
  assert.equal(resolve(SYNC_ORDER, { named, cookie }), `cookie ${OF_COOKIE}`);
});

test("a visitor ID says nothing where nobody can decode it", () => {
  const named = { device: null, mid: MID };
  const noPartner = { ...NOTHING, named, midOwner: null };
  assert.equal(deviceByRank(EVENT_ORDER.beforeLinks, noPartner), null);
});

test("bad IDs are both reported, the visitor ID first; good ones are read", () => {
  assert.deepEqual(readNamedDevice({ device: null, mid: null }), {
    ok: true,
    value: { device: null, mid: null },
  });
  assert.deepEqual(readNamedDevice({ device: ID, mid: MID }), {
    ok: true,
    value: { device: ID, mid: MID },
  });
  assert.deepEqual(readNamedDevice({ device: "x", mid: "y" }), {
    ok: false,
    error: [
      { code: 101, msg: "Invalid Experience Cloud id passed in y" },
      { code: 102, msg: "Invalid AAM ID passed in request x" },
    ],
  });
});

test("a denied device is named as the call named it", () => {
  const named = { device: null, mid: MID };
  const byMid = blockedDevice({ device: OF_MID, origin: "mid" }, named);
  assert.deepEqual(byMid, { code: 307, msg: `Blocked profile operation for ${MID}` });
  const byCookie = blockedDevice({ device: OF_COOKIE, origin: "cookie" }, named);
  assert.deepEqual(byCookie, { code: 307, msg: `Blocked profile operation for ${OF_COOKIE}` });
});
