import assert from "node:assert/strict";
import { test } from "node:test";
import { etagOfState, isStale } from "./etag.ts";

test("another state has another ETag, the same state the same", () => {
  const etag = etagOfState({ name: "Blue", groups: [1, 2] });
  assert.match(etag, /^"[\w-]{22}"$/);
  assert.equal(etagOfState({ name: "Blue", groups: [1, 2] }), etag);
  assert.notEqual(etagOfState({ name: "Blue", groups: [2, 1] }), etag);
});

test("a caller is stale who knows other states only", () => {
  const etag = etagOfState("now");
  const before = etagOfState("before");
  for (const known of [null, "*", " * ", etag, `${before}, ${etag}`]) {
    assert.equal(isStale(etag, known), false, String(known));
  }
  for (const known of [before, "", etag.replaceAll('"', ""), `${before},"x"`]) {
    assert.equal(isStale(etag, known), true, known);
  }
});
