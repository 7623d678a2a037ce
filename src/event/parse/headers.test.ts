import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf, readHeaders } from "./headers.ts";

test("headers are found in any letter case, and cookies of several headers are one", () => {
  const headers = readHeaders(["COOKIE", "a=1", "referer", "R", "Origin", "O", "cookie", "b=2"]);
  assert.deepEqual(headers, { cookie: "a=1;b=2", contentType: null, referer: "R", origin: "O" });
});

const PAGES: readonly (readonly [address: string, page: string | null])[] = [
  ["https://Shop.Example/path?x=http://other.example/", "https shop.example"],
  ["http://shop.example:8080", "http shop.example"],
  ["https://user:pass@shop.example/", "https shop.example"],
  ["https://[2001:db8::1]:8443/x", "https [2001:db8::1]"],
  ["null", null],
  ["", null],
  ["//shop.example/", null],
  ["javascript:alert(1)", null],
  ["https://", null],
];

for (const [address, page] of PAGES) {
  test(`the page "${address}" is on ${page ?? "no host"}`, () => {
    const found = pageOf(address);
    assert.equal(found === null ? null : `${found.scheme} ${found.host}`, page);
  });
}
