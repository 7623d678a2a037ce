import assert from "node:assert/strict";
import { test } from "node:test";
import { callOf, geoTable, NO_SOURCES, snapshotOf } from "../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../test/support/protocol-vectors.ts";
import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { parseCall } from "./parse/parse.ts";
import type { RawCall } from "./parse/raw-call.ts";
import type { PlatformSources } from "./platform-signals.ts";
import { collectSignals } from "./signals.ts";

interface Given {
  readonly rules?: readonly string[];
  readonly alpha?: Readonly<Record<string, unknown>>;
  readonly derivedSignals?: readonly unknown[];
}

function partnerWith({ rules = [], alpha = {}, derivedSignals = [] }: Given): PartnerCatalog {
  const [base] = PROTOCOL_WORKSPACE.partners;
  const traits = rules.map((traitRule, index) => {
    return { sid: index + 1, pid: 1957, dataSourceId: 1002, name: traitRule, traitRule };
  });
  const document = {
    ...PROTOCOL_WORKSPACE,
    partners: PROTOCOL_WORKSPACE.partners.map((partner) =>
      partner === base ? { ...partner, ...alpha } : partner,
    ),
    ...{ traits, segments: [], destinations: [], derivedSignals },
  };
  const partner = [...snapshotOf(document).partnersById.values()].find(({ pid }) => pid === 1957);
  assert.ok(partner !== undefined);
  return partner;
}

/** Key and value of each signal, `"d_country=fr"`. */
function signalsOf(
  partner: PartnerCatalog,
  query: string,
  sources: Partial<PlatformSources>,
  raw: Partial<RawCall> = {},
): string[] {
  const parsed = parseCall(callOf(`/event?${query}`, raw));
  assert.ok(parsed.call.ok);
  const signals = collectSignals(parsed.call.value, partner, { ...NO_SOURCES, ...sources });
  return signals.keys.map((key, index) => `${key}=${signals.values[index]}`);
}

const PLACES = { "192.0.2.1": { country: "GB", city: "London" }, "192.0.2.0": { country: "FR" } };
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 5_0 like Mac OS X) AppleWebKit/534.46";
const ASKS_ALL = 'd_country == "uk" OR d_city == "x" OR d_state == "ny" OR d_device_vendor == "x"';

test("what the platform finds out stands in the place of what the client sent", () => {
  const partner = partnerWith({ rules: [ASKS_ALL] });
  const query = "d_country=fr&D_City=paris&d_city=nice&d_state=ny&d_device_vendor=nokia";
  const headers = ["User-Agent", IPHONE];
  assert.deepEqual(
    signalsOf(partner, query, { geo: geoTable(PLACES) }, { headers }).sort(),
    ["d_city=london", "d_country=gb", "d_country=uk", "d_device_vendor=apple", "d_state=ny"].map(
      (row) => row.replace("London", "london"),
    ),
  );
});

test("no number of values that a client sends pushes out what the platform finds", () => {
  const partner = partnerWith({ rules: ['x == "1" OR d_country == "uk"'] });
  const body = "x&".repeat(12_000);
  const sources = { geo: geoTable(PLACES) };
  const rows = signalsOf(partner, "d_country=fr", sources, { method: "POST", body });
  assert.deepEqual(
    rows.filter((row) => row.startsWith("d_country")),
    ["d_country=uk", "d_country=gb"],
  );
});

test("what it cannot find out stays as the client sent it", () => {
  const partner = partnerWith({ rules: [ASKS_ALL] });
  const query = "d_country=fr&d_city=nice&d_device_vendor=nokia";
  const sent = ["d_country=fr", "d_city=nice", "d_device_vendor=nokia"];
  assert.deepEqual(signalsOf(partner, query, {}), sent);
  assert.deepEqual(signalsOf(partner, query, { geo: geoTable({}) }), sent);
});

test("only what some rule names is looked for", () => {
  const geo = geoTable(PLACES);
  const detectDevice = (): never => assert.fail("the device was looked for");
  const anonymous = partnerWith({ rules: ['x == "1"'] });
  assert.deepEqual(signalsOf(anonymous, "x=1&d_country=fr", { geo, detectDevice }), ["x=1"]);
  assert.deepEqual(geo.asked, []);
  const asksForCity = partnerWith({ rules: ['d_city == "london"'] });
  assert.deepEqual(signalsOf(asksForCity, "", { geo, detectDevice }), ["d_city=london"]);
  const unasked = geoTable(PLACES);
  const asksForDevice = partnerWith({ rules: ['d_device_vendor == "x"'] });
  assert.deepEqual(signalsOf(asksForDevice, "", { geo: unasked }), []);
  assert.deepEqual(unasked.asked, []);
});

test("rules see the place of the shortened address", () => {
  const alpha = { ipObfuscation: "all" };
  const partner = partnerWith({ rules: ['d_country == "fr" OR h_ip == "x"'], alpha });
  const geo = geoTable(PLACES);
  assert.deepEqual(signalsOf(partner, "", { geo }), ["d_country=fr", "h_ip=192.0.2.0"]);
  assert.deepEqual(geo.asked, ["192.0.2.0"]);
});

test("a derived signal may start from a place", () => {
  const derived = { derivedSignalId: 1, pid: 1957, sourceKey: "d_country", sourceValue: "GB" };
  const derivedSignals = [{ ...derived, targetKey: "island", targetValue: "yes" }];
  const partner = partnerWith({ rules: ['island == "yes"'], derivedSignals });
  const rows = signalsOf(partner, "", { geo: geoTable(PLACES) });
  assert.deepEqual(rows, ["d_country=uk", "d_country=gb", "island=yes"]);
});

test("an agent that a server sends on is the visitor's", () => {
  const partner = partnerWith({ rules: ['d_device_os_version == "x"'] });
  const headers = ["User-Agent", "a server of the partner's"];
  const query = `H_User-Agent=${encodeURIComponent(IPHONE)}`;
  assert.deepEqual(signalsOf(partner, query, {}, { headers }), ["d_device_os_version=5_0"]);
});
