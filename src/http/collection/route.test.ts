import assert from "node:assert/strict";
import { test } from "node:test";
import { routeOf } from "./route.ts";

const ROWS: readonly (readonly [method: string, target: string, kind: string])[] = [
  ["GET", "/event", "event"],
  ["GET", "/event?", "event"],
  ["POST", "/event?x=1", "event"],
  ["HEAD", "/firstevent?x=1", "event"],
  ["GET", "/?x=1", "event"],
  ["GET", "/?", "not-found"],
  ["GET", "/", "not-found"],
  ["GET", "/events", "not-found"],
  ["GET", "/EVENT", "not-found"],
  ["GET", "/event/", "not-found"],
  ["GET", "//event", "not-found"],
  ["GET", "/v1/workspace", "not-found"],
  ["GET", "/metrics", "not-found"],
  ["OPTIONS", "/event", "preflight"],
  ["OPTIONS", "/nothing", "not-found"],
  ["GET", "/robots.txt", "document"],
  ["GET", "/w3c/p3p.xml", "document"],
  ["POST", "/robots.txt", "method-not-allowed"],
  ["PUT", "/event", "method-not-allowed"],
  ["DELETE", "/nothing", "method-not-allowed"],
  ["POST", "/nothing", "not-found"],
  ["GET", "/id?d_ver=2", "id"],
  ["GET", "/id/rd", "id"],
  ["POST", "/id", "method-not-allowed"],
  ["GET", "/optOutStatus", "opt-out-status"],
  ["GET", "/ibs:dpid=1&dpuuid=2?x", "sync"],
  ["GET", "/demconf.jpg?et:ibs%7cdata:x", "sync"],
  ["GET", "/dest5.html?d_nsid=0", "sync-page"],
  ["GET", "/demoptout.jpg", "opt-out"],
  ["GET", "/demoptin", "not-found"],
];

for (const [method, target, kind] of ROWS) {
  test(`${method} ${target} is ${kind}`, () => {
    assert.equal(routeOf(method, target, false).kind, kind);
  });
}

test("the way back from an opt-out is there only where it was turned on", () => {
  assert.equal(routeOf("GET", "/demoptin.jpg?d_uuid=1", true).kind, "opt-in");
});
