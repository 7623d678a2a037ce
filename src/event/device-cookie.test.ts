import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDeviceId } from "../model/ids.ts";
import { deviceCookieLine, optOutCookieLines, syncCookieLine } from "./device-cookie.ts";

const NOW = Date.parse("2026-03-01T12:00:00.999Z");
/** Around the ends of seconds, forth and back. */
const TIMES = [NOW, NOW, NOW + 1, NOW + 1000, NOW - 999, NOW - 1000, NOW + 1, NOW];

test("a cookie's end is a life after the call that sets it, whichever calls came before", () => {
  const device = parseDeviceId("22920112968019678612904394744954398990");
  assert.ok(device);
  for (const now of TIMES) {
    const scope = { host: "a.demdex.net", secure: false, domain: "demdex.net", now };
    const lines: readonly string[] = [
      deviceCookieLine(device, scope),
      syncCookieLine(device, scope),
      ...optOutCookieLines(scope),
    ];
    for (const line of lines) {
      const [, life, expires] = /Max-Age=(\d+); Expires=([^;]+); Path=\//.exec(line) ?? [];
      const end = life === "0" ? 0 : now + Number(life) * 1000;
      assert.equal(expires, new Date(end).toUTCString());
    }
  }
});
