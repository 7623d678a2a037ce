import assert from "node:assert/strict";
import { test } from "node:test";
import { readDeviceCookie } from "./identify.ts";

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
