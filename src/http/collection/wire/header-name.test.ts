import assert from "node:assert/strict";
import { test } from "node:test";
import { isNamed } from "./header-name.ts";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]$/;
const NAME = "x-forwarded-for";

test("a header is known by its name in any letter case, and by no other token", () => {
  assert.ok(isNamed(NAME, NAME) && isNamed("X-Forwarded-FOR", NAME));
  assert.ok(!isNamed("x-forwarded-fo", NAME) && !isNamed("x-forwarded-form", NAME));
  for (let octet = 0; octet < 256; octet++) {
    const character = String.fromCharCode(octet);
    if (!TOKEN.test(character)) continue;
    for (let at = 0; at < NAME.length; at++) {
      const name = NAME.slice(0, at) + character + NAME.slice(at + 1);
      assert.equal(isNamed(name, NAME), name.toLowerCase() === NAME, name);
    }
  }
});
