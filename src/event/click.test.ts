// Clicks: who is led where, and what the target learns.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildWorld, callOf, type TestWorld } from "../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../test/support/protocol-vectors.ts";
import { handleEvent } from "./handle-event.ts";
import { handleOptOut } from "./opt-out/handle-opt-out.ts";
import type { EventReply } from "./reply.ts";

const DEVICE = "22920112968019678612904394744954398990";
const MID = "22845954047972068642896981047981475499";
const LISTED = worldWith({ redirectAllowList: ["good.example"] });

function worldWith(alpha: Readonly<Record<string, unknown>>): TestWorld {
  const partners = PROTOCOL_WORKSPACE.partners.map((one) =>
    one.pid === 1957 ? { ...one, ...alpha } : one,
  );
  return buildWorld({ ...PROTOCOL_WORKSPACE, partners });
}

function click(world: TestWorld, target: string, rest = "", headers: string[] = []) {
  const query = `d_event=click&d_rd=${encodeURIComponent(target)}${rest}`;
  return handleEvent(world, callOf(`/event?${query}`, { headers }));
}

function codesOf({ errors }: EventReply): number[] {
  return errors.map(({ code }) => code);
}

describe("the partner's list of hosts", () => {
  for (const target of [
    "https://good.example/",
    "https://good.example",
    "HTTPS://GOOD.example:8443/a?b#c",
    "http://shop.good.example?x=1",
    "https://user:word@good.example/",
    "https://good.example/a\\b",
  ]) {
    test(`lets ${target} pass`, async () => {
      const reply = await click(LISTED, target);
      assert.deepEqual([reply.status, reply.location, codesOf(reply)], [302, target, []]);
    });
  }

  // Browsers take a backslash for a slash, and what stands before `@` for a name.
  for (const target of [
    "https://evil.example/",
    "https://evil.example/good.example",
    "https://evilgood.example/",
    "https://good.example.evil.example/",
    "https://good.example@evil.example/",
    "https://evil.example\\.good.example/",
    "https://evil.example\\@good.example/",
    "https://evil.example?.good.example/",
    "https://evil.example#.good.example/",
    "https:\\\\evil.example/good.example",
    "https:///evil.example",
    "//good.example/",
    "/\\good.example",
    "javascript:alert('https://good.example')",
    "https://good.example/\u0000",
    "https://good.example/\r\nSet-Cookie: x=1",
  ]) {
    test(`stops ${JSON.stringify(target)}`, async () => {
      const reply = await click(LISTED, target);
      assert.deepEqual([reply.status, reply.location, codesOf(reply)], [200, undefined, [311]]);
      assert.deepEqual([reply.form, reply.cookies], ["pixel", []]);
    });
  }
});

const ALL_MACROS = "https://a.example/?u=%d_uuid%&m=%d_mid%&p=%d_dpuuid%&c=%d_creative%";

describe("a target is told", () => {
  test("of a visitor what it asks for", async () => {
    const world = worldWith({});
    const reply = await click(world, ALL_MACROS, `&d_uuid=${DEVICE}&d_creative=9`);
    assert.equal(reply.location, `https://a.example/?u=${DEVICE}&m=${MID}&p=&c=9`);
  });

  const nobody = "https://a.example/?u=&m=&p=&c=9";

  test("nothing of a visitor who opted out with the partner", async () => {
    const world = worldWith({});
    await handleOptOut(world, callOf(`/demoptout?d_uuid=${DEVICE}`), "opt-out");
    const rest = `&d_uuid=${DEVICE}&d_creative=9&d_dpid=1001&d_dpuuid=jane`;
    const reply = await click(world, ALL_MACROS, rest);
    assert.deepEqual([reply.status, reply.location, codesOf(reply)], [302, nobody, [171]]);
    assert.deepEqual(reply.cookies, []);
  });

  test("nothing of a visitor who opted out of the platform, nor of a call with a bad ID", async () => {
    const world = worldWith({});
    const byCookie = await click(world, ALL_MACROS, "&d_creative=9", ["Cookie", "demdex=NOTARGET"]);
    assert.deepEqual([byCookie.location, codesOf(byCookie)], [nobody, [171]]);
    const bad = await click(world, ALL_MACROS, "&d_creative=9&d_uuid=1&d_dpid=1001&d_dpuuid=j");
    assert.deepEqual([bad.location, codesOf(bad)], [nobody, [102]]);
  });
});

test("a HEAD of a click is led on, and nothing is kept of it", async () => {
  const world = worldWith({});
  const query = `d_event=click&d_rd=https%3A%2F%2Fa.example&d_uuid=${DEVICE}&key1=val1`;
  const reply = await handleEvent(world, callOf(`/event?${query}`, { method: "HEAD" }));
  assert.deepEqual([reply.status, reply.location], [302, "https://a.example"]);
  const after = await handleEvent(world, callOf(`/event?d_rtbd=json&d_cts=2&d_uuid=${DEVICE}`));
  assert.deepEqual(JSON.parse(after.body).segments, []);
});

test("a click without a target is a pixel, and counts", async () => {
  const world = worldWith({});
  const query = `d_event=click&d_rd=&d_uuid=${DEVICE}&key1=val1`;
  const reply = await handleEvent(world, callOf(`/event?${query}`));
  assert.deepEqual([reply.status, reply.form, codesOf(reply)], [200, "pixel", []]);
  const after = await handleEvent(world, callOf(`/event?d_rtbd=json&d_cts=2&d_uuid=${DEVICE}`));
  assert.deepEqual(JSON.parse(after.body).segments, [9001]);
});
