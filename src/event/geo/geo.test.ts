// Countries that may not call, without a server: the vectors of the wire whose addresses have to be arranged.

import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld, callOf, geoTable } from "../../../test/support/event-world.ts";
import {
  PROTOCOL_VECTORS,
  PROTOCOL_WORKSPACE,
  type ProtocolVector,
} from "../../../test/support/protocol-vectors.ts";
import { mismatches } from "../../../test/support/vector-matcher.ts";
import { openCall } from "../gates/open-call.ts";
import { handleEvent } from "../handle-event.ts";
import type { EventWorld } from "../world.ts";

type Changes = Readonly<Record<string, unknown>>;

/** The base workspace with changes to the settings and to partner alpha. */
function workspaceWith(alpha: Changes, settings: Changes = {}): unknown {
  return {
    ...PROTOCOL_WORKSPACE,
    settings: { ...PROTOCOL_WORKSPACE.settings, ...settings },
    partners: PROTOCOL_WORKSPACE.partners.map((partner) =>
      partner.pid === 1957 ? { ...partner, ...alpha } : partner,
    ),
  };
}

/** What of the answer does not fit. */
async function play(name: string, world: EventWorld, address: string): Promise<string[]> {
  const vector: ProtocolVector | undefined = PROTOCOL_VECTORS.find((row) => row.name === name);
  assert.ok(vector !== undefined, name);
  const { path, host } = vector.request;
  const reply = await handleEvent(world, callOf(path, { host, address }));
  const headers: Readonly<Record<string, unknown>> = {
    "x-error": reply.errors.map(({ code }) => code).join(",") || undefined,
    "set-cookie": reply.cookies[0],
  };
  return [
    ...mismatches(reply.status, vector.expect.status, "status"),
    ...Object.entries(vector.expect.headers ?? {}).flatMap(([header, value]) =>
      mismatches(headers[header], value, header),
    ),
    ...mismatches(JSON.parse(reply.body), vector.expect.body, "body"),
  ];
}

const EMBARGO = geoTable({ "192.0.2.1": { country: "CU" }, "192.0.2.2": { country: "FR" } });

test("country-embargoed", async () => {
  const world = buildWorld(workspaceWith({}), { geo: EMBARGO });
  assert.deepEqual(await play("country-embargoed", world, "192.0.2.1"), []);
});

test("country-blocked-by-partner", async () => {
  const world = buildWorld(workspaceWith({ blockedCountries: ["FR"] }), { geo: EMBARGO });
  assert.deepEqual(await play("country-blocked-by-partner", world, "192.0.2.2"), []);
});

test("ip-obfuscated-before-geo", async () => {
  const geo = geoTable({
    "198.51.100.77": { country: "FR" },
    "198.51.100.0": { country: "US" },
  });
  const alpha = { ipObfuscation: "all", blockedCountries: ["FR"] };
  const world = buildWorld(workspaceWith(alpha), { geo });
  assert.deepEqual(await play("ip-obfuscated-before-geo", world, "198.51.100.77"), []);
  assert.ok(geo.asked.length > 0);
  assert.ok(!geo.asked.includes("198.51.100.77"), "the whole address was looked up");
});

function errorOf(world: EventWorld, address: string): number | null {
  const { opened } = openCall(world, callOf("/event", { address }), "event");
  return opened.ok ? null : (opened.error.errors[0]?.error.code ?? null);
}

test("the platform's list is asked before the partner's", () => {
  const world = buildWorld(workspaceWith({ blockedCountries: ["CU"] }), { geo: EMBARGO });
  assert.equal(errorOf(world, "192.0.2.1"), 199);
});

test("a country that nobody knows may call", () => {
  const world = buildWorld(workspaceWith({ blockedCountries: ["FR"] }), { geo: EMBARGO });
  assert.equal(errorOf(world, "192.0.2.99"), null);
  assert.equal(errorOf(buildWorld(workspaceWith({ blockedCountries: ["FR"] })), "192.0.2.2"), null);
});

test("where nobody refuses a country nothing is looked up", () => {
  const geo = geoTable({});
  assert.equal(
    errorOf(buildWorld(workspaceWith({}, { blockedCountries: [] }), { geo }), "192.0.2.1"),
    null,
  );
  assert.deepEqual(geo.asked, []);
});
