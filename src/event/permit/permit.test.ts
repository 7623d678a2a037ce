import assert from "node:assert/strict";
import { test } from "node:test";
import { eventError } from "@dunlin/contract/errors";
import { snapshotOf } from "../../../test/support/event-world.ts";
import { aDocument, plant } from "../../catalog/builders.ts";
import type { CatalogSnapshot, PartnerCatalog } from "../../catalog/snapshot.ts";
import { asPartnerId } from "../../model/ids.ts";
import { isOnHostList } from "./host-list.ts";
import { countryError, refererError } from "./permit.ts";

/** The snapshot of a document with these changes, and its partner 1957. */
function given(changes: Readonly<Record<string, unknown>>): {
  readonly settings: CatalogSnapshot["settings"];
  readonly partner: PartnerCatalog;
} {
  const document = aDocument();
  for (const [pointer, value] of Object.entries(changes)) plant(document, pointer, value);
  const { settings, partnersById } = snapshotOf(document);
  const partner = partnersById.get(asPartnerId(1957));
  assert.ok(partner !== undefined);
  return { settings, partner };
}

test("an entry of a list of hosts covers the host and what is below it", () => {
  const list = ["Shop.example", "a.b.example"];
  for (const host of ["shop.example", "www.shop.example", "x.y.shop.example", "a.b.example"]) {
    assert.ok(isOnHostList(host, list), host);
  }
  for (const host of ["", "example", "myshop.example", "shop.example.evil", "b.example", "."]) {
    assert.ok(!isOnHostList(host, list), host);
  }
  assert.ok(!isOnHostList("shop.example", []));
});

test("a country on both lists is refused by the platform's", () => {
  const { settings, partner } = given({
    "/settings/blockedCountries": ["CU", "IR"],
    "/partners/0/blockedCountries": ["CU", "FR"],
  });
  const code = (country: string | null, owner: PartnerCatalog | null = partner) =>
    countryError(country, settings, owner)?.code ?? null;
  assert.equal(code("CU"), 199);
  assert.equal(code("IR"), 199);
  assert.equal(code("FR"), 198);
  assert.equal(code("DE"), null);
  assert.equal(code(null), null);
  assert.equal(code("CU", null), 199);
  assert.equal(code("FR", null), null);
});

test("a page that is not on the partner's list is refused, with its address and the partner", () => {
  const { partner } = given({ "/partners/0/refererAllowList": ["shop.example"] });
  const rows: readonly (readonly [referer: string | null, allowed: boolean])[] = [
    [null, true],
    ["", true],
    ["https://shop.example/", true],
    ["HTTP://WWW.Shop.Example:8443/a?b#c", true],
    ["https://shop.example", true],
    ["https://shop.example@evil.example/", false],
    ["https://evil.example/?https://shop.example/", false],
    ["https://evilshop.example/", false],
    ["https://shop.example.evil.example/", false],
    ["https://evil.example\\.shop.example/", false],
    ["android-app://shop.example", false],
    ["shop.example", false],
  ];
  for (const [referer, allowed] of rows) {
    const error = refererError(referer, partner);
    assert.equal(error === null, allowed, String(referer));
    if (error === null) continue;
    assert.deepEqual(error, eventError(109, String(referer), "1957"));
  }
});

test("no page is refused without a list, or without a partner; by an empty list every page is", () => {
  const page = "https://evil.example/";
  assert.equal(refererError(page, null), null);
  assert.equal(refererError(page, given({ "/partners/0/refererAllowList": null }).partner), null);
  const none = given({ "/partners/0/refererAllowList": [] }).partner;
  assert.equal(refererError(page, none)?.code, 109);
  assert.equal(refererError(null, none), null);
});
