import assert from "node:assert/strict";
import { test } from "node:test";
import { readDeviceClaim } from "./device-signals.ts";

test("agent and client hints are read from the headers", () => {
  const headers = [
    "user-agent",
    "A",
    "SEC-CH-UA-Platform",
    '"Chrome OS"',
    "Sec-CH-UA-Mobile",
    "?0",
  ];
  assert.deepEqual(readDeviceClaim([...headers, "Sec-CH-UA-Model", '"X"'], null), {
    agent: "A",
    platform: "Chrome OS",
    model: "X",
    isMobile: false,
  });
});

test("a hint that is no structured string says nothing", () => {
  for (const value of ["Android", '"And"roid"', '"Andr\\"oid"', '"', "", `"${"x".repeat(65)}"`]) {
    assert.equal(readDeviceClaim(["Sec-CH-UA-Platform", value], null).platform, "", value);
  }
  assert.equal(readDeviceClaim(["Sec-CH-UA-Mobile", "yes"], null).isMobile, null);
});

test("with an agent that a server sends on, the server's own headers say nothing", () => {
  const headers = ["User-Agent", "a server", "Sec-CH-UA-Platform", '"Linux"'];
  const claim = readDeviceClaim(headers, "a visitor's");
  assert.deepEqual(claim, { agent: "a visitor's", platform: "", model: "", isMobile: null });
});

test("of an agent without end the beginning is read", () => {
  const long = "x".repeat(9000);
  assert.equal(readDeviceClaim(["User-Agent", long], null).agent.length, 1024);
  assert.equal(readDeviceClaim([], long).agent.length, 1024);
});
