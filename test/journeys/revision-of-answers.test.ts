// Which revision an answer was computed with, and how a caller who knows one replaces no other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { call, type RunningNode, startNode, TEST_TOKEN } from "../support/start-node.ts";

const UUID = "22920112968019678612904394744954398990";
const NOBODY_MEANT = { "if-match": '"revision-999"' };

let node: RunningNode;
before(async () => {
  const { settings, partners } = PROTOCOL_WORKSPACE;
  const dataSources = [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }];
  const traits = [{ sid: 5001, pid: 1957, dataSourceId: 1002, name: "Blue", traitRule: "a == 1" }];
  const segments = [
    { sid: 9001, pid: 1957, dataSourceId: 1002, name: "Blues", segmentRule: "5001T" },
  ];
  const own = partners.filter(({ pid }) => pid === 1957);
  const workspace = { settings, partners: own, dataSources, traits, segments };
  node = await startNode({ workspace });
});
after(() => node[Symbol.asyncDispose]());

function manage(
  method: string,
  target: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const headers = { authorization: `Bearer ${TEST_TOKEN}`, ...more };
  if (body === undefined) return call(node.manageUrl, target, { method, headers });
  const text = JSON.stringify(body);
  const typed = { ...headers, "content-type": "application/json" };
  return call(node.manageUrl, target, { method, headers: typed, body: text });
}

const revisionOf = ({ headers }: HttpAnswer): string => String(headers["dunlin-revision"]);

test("whatever is computed with definitions says with which revision", async () => {
  const rename = { name: "Blue, renamed", dataSourceId: 1002, traitRule: "a == 1" };
  assert.equal(revisionOf(await manage("PUT", "/v1/traits/5001", rename)), "2");
  const whose = `/v1/partners/1957/visitors?uuid=${UUID}`;
  const why = `/v1/partners/1957/visitors/explain?uuid=${UUID}&segment=9001`;
  const rule = { segmentRule: "5001T" };
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ["GET", "/v1/traits/"],
    ["GET", "/v1/traits/5001"],
    ["GET", "/v1/workspace"],
    ["GET", whose],
    ["GET", why],
    ["GET", "/v1/lint"],
    ["POST", "/v1/segments/size", rule],
    ["POST", "/v1/segments/estimate", rule],
    ["POST", "/v1/workspace/plan", {}],
  ];
  for (const [method, target, body] of calls) {
    const answer = await manage(method, target, body);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(revisionOf(answer), "2", `${method} ${target}`);
  }
  const lines = await manage("POST", "/v1/segments/size", rule, { accept: "application/x-ndjson" });
  assert.equal(revisionOf(lines), "2");
});

test("a workspace is replaced by who knows it as it is, and by nobody who knows another", async () => {
  const read = await manage("GET", "/v1/workspace");
  const etag = String(read.headers["etag"]);
  const known = await manage("GET", "/v1/workspace", undefined, { "if-none-match": etag });
  assert.deepEqual([known.status, known.text], [304, ""]);

  const workspace = JSON.parse(read.text);
  workspace.traits[0].name = "Once more";
  const mine = { "if-match": etag };
  const written = await manage("PUT", "/v1/workspace", workspace, mine);
  assert.equal(written.status, 200, written.text);
  assert.deepEqual(
    [revisionOf(written), written.headers["etag"]],
    ["3", '"revision-3"'],
    written.text,
  );
  for (const [method, target, body] of [
    ["PUT", "/v1/workspace", {}],
    ["POST", "/v1/revisions/1/restore", undefined],
  ] as const) {
    const refused = await manage(method, target, body, mine);
    assert.equal(refused.status, 412, refused.text);
    const { error, detail } = JSON.parse(refused.text);
    assert.equal(error, "precondition_failed");
    assert.match(detail, /"revision-3"; nothing was applied/);
  }
  assert.equal(revisionOf(await manage("GET", "/v1/workspace")), "3");
  const any = await manage("PUT", "/v1/workspace", workspace, { "if-match": "*" });
  assert.equal(any.status, 200, any.text);
});

test("an earlier revision is restored for who knows the one in force", async () => {
  assert.equal((await manage("POST", "/v1/revisions/1/restore", {}, NOBODY_MEANT)).status, 412);
  const mine = { "if-match": '"revision-3"' };
  const restored = await manage("POST", "/v1/revisions/1/restore", {}, mine);
  assert.equal(restored.status, 200, restored.text);
  assert.equal(revisionOf(restored), "4");
});
