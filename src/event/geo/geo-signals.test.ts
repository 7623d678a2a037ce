import assert from "node:assert/strict";
import { test } from "node:test";
import { geoTable } from "../../../test/support/event-world.ts";
import type { GeoFacts } from "./geo-lookup.ts";
import { GEO_KEYS, geoValues } from "./geo-signals.ts";

const SOMEWHERE = "192.0.2.1";

function signalsOf(facts: Partial<GeoFacts>): Record<string, readonly string[]> {
  const place = geoTable({ [SOMEWHERE]: facts }).lookUp(SOMEWHERE);
  assert.ok(place !== null);
  const rows = GEO_KEYS.map((key) => [key, geoValues(key, place)] as const);
  return Object.fromEntries(rows.filter(([, values]) => values.length > 0));
}

test("a place is spelled as the published lists spell it", () => {
  const facts: GeoFacts = {
    country: "US",
    subdivision: "NY",
    city: "New York",
    postalCode: "10007",
    latitude: 40.712776,
    longitude: -74,
    dmaCode: "501",
    areaCode: "212",
    isp: "Example Net",
  };
  assert.deepEqual(signalsOf(facts), {
    d_country: ["us"],
    d_state: ["ny"],
    d_city: ["new york"],
    d_region: ["NY"],
    d_dma_code: ["501"],
    d_area_code: ["212"],
    d_postal_code: ["10007"],
    d_lat: ["40.7128"],
    d_long: ["-74.0000"],
    d_isp: ["example net"],
  });
});

test("the United Kingdom has two names", () => {
  assert.deepEqual(signalsOf({ country: "GB" }), { d_country: ["uk", "gb"] });
});

test("a subdivision with a long code is a state and no region", () => {
  assert.deepEqual(signalsOf({ subdivision: "ENG" }), { d_state: ["eng"] });
});

test("of what nobody knows there is no signal", () => {
  assert.deepEqual(signalsOf({}), {});
});
