import assert from "node:assert/strict";
import { test } from "node:test";
import { syncPage } from "./sync-page.ts";

test("the page is told its domain, and nothing that is none", () => {
  assert.match(syncPage("demdex.net"), /<body data-domain="demdex\.net">/);
  assert.match(syncPage('a"><script>'), /<body data-domain="ascript">/);
});

test("the page is written in ASCII, so that its length in octets is that of its text", () => {
  assert.match(syncPage("demdex.net"), /^[\n -~]+$/);
});

test("the script ends where the page says it does", () => {
  assert.equal(syncPage("demdex.net").split("</script>").length, 2);
});
