// The management plane of a real node, call by call.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { call, type RunningNode, startNode } from "../support/start-node.ts";

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: PROTOCOL_WORKSPACE,
    args: ["--domain", "demdex.net", "--log", "trace"],
  });
});
after(() => node[Symbol.asyncDispose]());

const host = "alpha.demdex.net";
const UUID = "22920112968019678612904394744954398990";
const SECRET_TEXT = "zq9planted9qz";

/** Checks that an answer is a whole problem document of this status. */
function assertProblem(answer: HttpAnswer, status: number, error: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
  const problem = new Map(Object.entries(JSON.parse(answer.text)));
  assert.equal(problem.get("type"), "about:blank");
  assert.equal(problem.get("status"), status);
  assert.equal(problem.get("error"), error);
  for (const key of ["title", "detail", "requestId"]) {
    assert.ok(typeof problem.get(key) === "string" && problem.get(key) !== "", key);
  }
  assert.doesNotMatch(answer.text, /FST_|node_modules|\.ts\b|\bat .*:\d+/);
}

describe("a token", () => {
  test("is not needed to ask whether the node lives and is ready", async () => {
    for (const target of ["/live", "/ready", "/live/"]) {
      assert.equal((await call(node.manageUrl, target)).status, 200);
    }
  });

  test("is needed for everything else, whether or not it exists", async () => {
    for (const target of ["/metrics", "/openapi.json", "/v1/workspace", "/v1/nothing", "/v1"]) {
      const answer = await call(node.manageUrl, target);
      assertProblem(answer, 401, "unauthorized");
      assert.match(String(answer.headers["www-authenticate"]), /^Bearer realm=/);
    }
  });

  test("that is wrong is refused, and not repeated", async () => {
    for (const given of [`Bearer ${SECRET_TEXT}`, `Basic ${SECRET_TEXT}`, "Bearer", "Bearer a b"]) {
      const answer = await call(node.manageUrl, "/v1/workspace", {
        headers: { Authorization: given },
      });
      assertProblem(answer, 401, "unauthorized");
      assert.ok(!answer.text.includes(SECRET_TEXT));
    }
  });
});

describe("every refusal is a problem document", () => {
  const cases: readonly [method: string, target: string, body: unknown, number, string][] = [
    ["GET", "/nothing", undefined, 404, "not_found"],
    ["GET", "/v1/nothing", undefined, 404, "not_found"],
    ["DELETE", "/v1/workspace", undefined, 405, "method_not_allowed"],
    ["POST", "/v1/partners/1957/visitors", {}, 405, "method_not_allowed"],
    ["PUT", "/v1/workspace", "{", 400, "bad_request"],
    ["PUT", "/v1/workspace", "", 400, "bad_request"],
    ["PUT", "/v1/clock", "{", 400, "bad_request"],
    ["PUT", "/v1/clock", {}, 400, "bad_request"],
    ["PUT", "/v1/clock", { now: 5 }, 400, "bad_request"],
    ["PUT", "/v1/clock", { now: "yesterday" }, 400, "bad_request"],
    ["PUT", "/v1/clock", { now: "2026-01-01T00:00:00Z", zone: "UTC" }, 400, "bad_request"],
    ["PUT", "/v1/clock", { now: "x".repeat(11 * 1024 * 1024) }, 413, "too_large"],
    ["GET", "/v1/partners/1957/visitors?uuid=1", undefined, 400, "bad_request"],
    ["GET", `/v1/partners/1957/visitors?uuid=${UUID}&typo=1`, undefined, 400, "bad_request"],
    ["GET", "/v1/partners/1957/visitors", undefined, 400, "bad_request"],
    ["GET", `/v1/partners/1/visitors?uuid=${UUID}`, undefined, 404, "not_found"],
    ["GET", "/v1/%zz", undefined, 400, "bad_request"],
  ];
  for (const [method, target, body, status, error] of cases) {
    const shown = JSON.stringify(body ?? null).slice(0, 60);
    test(`${method} ${target} ${shown} is ${status}`, async () => {
      assertProblem(await node.manage(method, target, body), status, error);
    });
  }

  test("a body that is no JSON, or an answer that may not be, is told apart", async () => {
    const headers = { Authorization: `Bearer ${node.token}` };
    const form = await call(node.manageUrl, "/v1/workspace", {
      ...{ method: "PUT", body: "a=1" },
      headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
    });
    assertProblem(form, 415, "unsupported_media_type");
    const html = await call(node.manageUrl, "/v1/workspace", {
      headers: { ...headers, Accept: "text/html" },
    });
    assertProblem(html, 406, "not_acceptable");
  });

  test("the allowed methods are named", async () => {
    const answer = await node.manage("DELETE", "/v1/clock");
    assertProblem(answer, 405, "method_not_allowed");
    assert.equal(answer.headers["allow"], "PUT");
  });

  test("a workspace lists every fault with its place", async () => {
    const answer = await node.manage("PUT", "/v1/workspace", {
      ...PROTOCOL_WORKSPACE,
      traits: [{ pid: 1957, dataSourceId: 1002, sid: 1, name: "Bad", traitRule: "a = 1" }],
      unknown: true,
    });
    assertProblem(answer, 400, "bad_request");
    const { errors } = JSON.parse(answer.text);
    const faults = errors.map((fault: { at: string; code: string }) => `${fault.at} ${fault.code}`);
    assert.ok(faults.includes("/traits/0/traitRule E_SINGLE_EQUALS"), faults.join("; "));
    assert.ok(faults.includes("/unknown E_UNKNOWN_KEY"), faults.join("; "));
  });
});

test("an address with a slash at its end, or below /api, is the same address", async () => {
  const { text } = await node.manage("GET", "/v1/workspace");
  for (const target of ["/v1/workspace/", "/api/v1/workspace", "/api/v1/workspace/"]) {
    const answer = await node.manage("GET", target);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, text);
  }
});

test("a visitor has the documented form, and the three ways to ask lead to it", async () => {
  const uuid = "11111111111111111112222222222222222222";
  assert.equal(
    (await node.collect(`/event?c_likes=famous+popstar&d_uuid=${uuid}`, { host })).status,
    200,
  );
  const visitor = await node.manage("GET", `/v1/partners/1957/visitors/?uuid=${uuid}`);
  assert.equal(visitor.status, 200);
  const body = JSON.parse(visitor.text);
  assert.deepEqual(Object.keys(body), ["pid", "uuid", "mid", "links", "profiles", "optOuts"]);
  const [profile] = body.profiles;
  assert.deepEqual(Object.keys(profile), ["profile", "lastSeen", "traits", "segments"]);
  assert.equal(profile.profile, `dev:${uuid}`);
  assert.deepEqual(Object.keys(profile.traits[0]), ["sid", "first", "last", "count"]);
  assert.equal(profile.traits[0].count, 1);

  const byMid = await node.manage("GET", `/v1/partners/1957/visitors?mid=${body.mid}`);
  assert.equal(byMid.text, visitor.text);
  const declared = await node.manage("GET", "/v1/partners/1957/visitors?dataSourceId=1001&id=u-1");
  assert.deepEqual(declared.json(), {
    ...{ pid: 1957, uuid: null, mid: null },
    ...{ links: [], profiles: [], optOuts: [] },
  });
});

test("the clock is set forwards and back, and calls happen at its time", async () => {
  for (const now of ["2031-05-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"]) {
    const set = await node.manage("PUT", "/v1/clock", { now });
    assert.equal(set.status, 200);
    assert.deepEqual(set.json(), { now });
    const uuid = `${Date.parse(now)}`.padStart(38, "0");
    await node.collect(`/event?d_uuid=${uuid}`, { host });
    const visitor = await node.manage("GET", `/v1/partners/1957/visitors?uuid=${uuid}`);
    assert.match(visitor.text, new RegExp(`"lastSeen":${Date.parse(now)}`));
  }
});

test("a reset forgets every visitor and keeps definitions and clock", async () => {
  const now = "2027-03-04T05:06:07.000Z";
  await node.manage("PUT", "/v1/clock", { now });
  await node.collect(`/event?d_uuid=${UUID}`, { host });
  const workspace = await node.manage("GET", "/v1/workspace");
  assert.equal((await node.manage("POST", "/v1/reset")).status, 200);
  assert.equal((await node.manage("POST", "/v1/reset/", "")).status, 200);
  const path = `/v1/partners/1957/visitors?uuid=${UUID}`;
  assert.match((await node.manage("GET", path)).text, /"profiles":\[\]/);
  await node.collect(`/event?d_uuid=${UUID}`, { host });
  assert.match((await node.manage("GET", path)).text, new RegExp(`${Date.parse(now)}`));
  assert.equal((await node.manage("GET", "/v1/workspace")).text, workspace.text);
});

test("the API describes itself, every call with its answers", async () => {
  const { text } = await node.manage("GET", "/openapi.json");
  const document = JSON.parse(text);
  assert.match(document.openapi, /^3\.1\./);
  const described = new Set(Object.keys(document.paths));
  const some = [
    ...["/live", "/metrics", "/ready", "/v1/clock"],
    ...["/v1/denylist", "/v1/device-graphs/{dataSourceId}"],
    ...["/v1/partners/{pid}/visitors", "/v1/partners/{pid}/visitors/explain"],
    ...["/v1/reset", "/v1/workspace", "/v1/users/{userId}", "/oauth/token", "/login"],
  ];
  assert.deepEqual([...described].filter((path) => some.includes(path)).sort(), some.sort());
  assert.deepEqual(document.paths["/v1/workspace"].put["x-access"], { needs: "installation" });
  assert.deepEqual(Object.keys(document.paths["/v1/workspace"].put.responses), [
    ...["200", "400", "412", "500"],
  ]);
  assert.deepEqual(document.paths["/live"].get.security, []);
});

test("neither tokens nor what was sent stand in the log", async () => {
  await call(node.manageUrl, `/v1/partners/1957/visitors?uuid=${SECRET_TEXT}`, {
    headers: { Authorization: `Bearer ${node.token}`, Cookie: SECRET_TEXT },
  });
  await node.manage("PUT", "/v1/workspace", `{"partners": ${SECRET_TEXT}}`);
  const { stderr } = node.output();
  assert.match(stderr, /"route":"\/v1\/workspace"/);
  for (const secret of [SECRET_TEXT, node.token, UUID]) assert.ok(!stderr.includes(secret));
});
