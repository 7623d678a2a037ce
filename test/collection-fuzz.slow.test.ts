// Hostile requests through every endpoint of the collection plane, in process. Whatever comes in, a call is
// answered in one of the known shapes, and no fault of ours is among the answers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENT_ERRORS } from "@dunlin/contract/errors";
import { handleEvent } from "../src/event/handle-event.ts";
import type { RawCall } from "../src/event/parse/raw-call.ts";
import type { EventReply } from "../src/event/reply.ts";
import { answerCall } from "../src/http/collection/answer-call.ts";
import { isCallRoute, routeOf } from "../src/http/collection/route.ts";
import { buildWorld } from "./support/event-world.ts";
import { hostileRequest } from "./support/hostile-requests.ts";
import { PROTOCOL_WORKSPACE } from "./support/protocol-vectors.ts";
import { type Random, seededRandom } from "./support/random.ts";

const REQUESTS = 150_000;
const REQUESTS_ELSEWHERE = 60_000;
const SEED = 20_261_125;

/** The base workspace with a rule of every operator on keys that the requests carry. */
const HOSTILE_WORKSPACE = {
  ...PROTOCOL_WORKSPACE,
  traits: [
    'key1 == "val1"',
    'color != "red"',
    'c_likes contains "star" OR h_cookie contains "demdex"',
    'h_referer startswith "https://" AND NOT h_host endswith ".net"',
    'color matchesregex "(red|blue)+,?.*"',
    'c_likes matcheswords "famous popstar"',
    "p_age < 25 AND d_campaign >= 0",
    'NOT key2 == "val2"',
    '"__proto__" == "1" OR constructor == "1"',
  ].map((traitRule, i) => {
    return { sid: 5001 + i, pid: 1957, dataSourceId: 1002, name: `Trait ${i}`, traitRule };
  }),
  segments: [{ sid: 9001, pid: 1957, dataSourceId: 1002, name: "S", segmentRule: "5001T" }],
  derivedSignals: [
    {
      ...{ derivedSignalId: 1, pid: 1957, sourceKey: "color", sourceValue: "red" },
      ...{ targetKey: "key1", targetValue: "val1" },
    },
  ],
};

test(`${REQUESTS} hostile requests are answered in the known shapes`, async () => {
  const random = seededRandom(SEED);
  const world = buildWorld(HOSTILE_WORKSPACE);
  for (let round = 0; round < REQUESTS; round++) {
    const call = hostileRequest(random);
    const where = `seed ${SEED}, request ${round}: ${JSON.stringify(call).slice(0, 600)}`;
    const reply = await handleEvent(world, call).catch((fault) =>
      assert.fail(`${fault}\n${where}`),
    );
    assertKnownShape(reply, call, where);
    assert.deepEqual(world.faults, [], where);
  }
});

/** What stands before the pairs of a call, beside `/event`. */
const STARTS = [
  ...[
    "/id?",
    "/id?d_visid_ver=5.5.0&d_rtbd=json&d_ver=2&",
    "/id/rd?",
    "/ibs:",
    "/ibs:dpid=3001&dpuuid=a?",
  ],
  ...["/ibs:d_cid=1001%01jane&redir=https%3A%2F%2Fa.example&", "/demconf.jpg?et:ibs%7cdata:"],
  ...[
    "/demconf.jpg?",
    "/demoptout?",
    "/demoptout.jpg?",
    "/demoptin?",
    "/dest5.html?",
    "/optOutStatus?",
  ],
];

function requestElsewhere(random: Random): RawCall {
  const call = hostileRequest(random);
  const query = call.target.slice(call.target.indexOf("?") + 1);
  const method = call.method === "HEAD" ? "HEAD" : "GET";
  return { ...call, method, body: null, target: random.pick(STARTS) + query };
}

test(`${REQUESTS_ELSEWHERE} hostile requests to the other endpoints as well`, async () => {
  const random = seededRandom(SEED + 1);
  const world = buildWorld(HOSTILE_WORKSPACE);
  for (let round = 0; round < REQUESTS_ELSEWHERE; round++) {
    const call = requestElsewhere(random);
    const where = `seed ${SEED + 1}, request ${round}: ${JSON.stringify(call).slice(0, 600)}`;
    const route = routeOf(call.method, call.target, true);
    assert.ok(isCallRoute(route), where);
    const reply = await answerCall(world, route, call);
    assert.deepEqual(world.faults, [], where);
    assertSoundReply(reply, call, where);
    if (route.kind === "id" || route.kind === "opt-out-status") assertIdBody(reply, where);
  }
});

/** What holds for every endpoint. */
function assertSoundReply(reply: EventReply, call: RawCall, where: string): void {
  assert.match(reply.transactionId, /^[A-Za-z0-9+/]{11}=$/, where);
  assert.match(reply.body, /^[\x20-\x7e]*$/, where);
  const location = reply.location ?? "";
  assert.equal(reply.status, location === "" ? 200 : 302, where);
  if (location !== "") assert.match(location, /^https?:\/\/[\x21-\x7e]+$/i, where);
  for (const line of reply.cookies) {
    assert.match(
      line,
      /^(?:demdex|dpm|dextp|DST)=(?:[0-9]{38}|NOTARGET|); Max-Age=[\x20-\x7e]*$/,
      where,
    );
    assert.ok(call.method !== "HEAD", where);
  }
  if (reply.form === "pixel" || reply.form === "empty") assert.equal(reply.body, "", where);
}

/** Clients take whatever is called `mid`, `id` or `uuid` for the visitor's ID, and cannot bear null. */
function assertIdBody(reply: EventReply, where: string): void {
  if (reply.form === "empty") return;
  const json = reply.form === "jsonp" ? reply.body.replace(/^[^(]*\(|\)$/g, "") : reply.body;
  const body = JSON.parse(json);
  assert.ok(!Object.values(body).includes(null), where);
  for (const name of ["mid", "id", "uuid", "visitorID"]) assert.equal(body[name], undefined, where);
  assert.equal(body.d_ottl, 7200, where);
  assert.match(body.d_mid ?? "0".repeat(38), /^[0-9]{38}$/, where);
  const isFatal = reply.errors.some(({ code }) => code !== 171 && EVENT_ERRORS[code].fatal);
  assert.equal(typeof body.error_msg, isFatal ? "string" : "undefined", where);
}

function assertKnownShape(reply: EventReply, call: RawCall, where: string): void {
  assert.match(reply.transactionId, /^[A-Za-z0-9+/]{11}=$/, where);
  assert.match(reply.body, /^[\x20-\x7e]*$/, where);
  const isFatal = reply.errors.some((error) => EVENT_ERRORS[error.code].fatal);
  for (const line of reply.cookies) {
    assert.match(line, /^demdex=[0-9]{38}; Max-Age=15552000; [\x20-\x7e]*$/, where);
    assert.ok(!isFatal && call.method !== "HEAD", where);
  }
  if (reply.status === 302) {
    assert.match(reply.location ?? "", /^https?:\/\/[\x21-\x7e]+$/i, where);
    return;
  }
  assert.equal(reply.status, 200, where);
  if (reply.form === "pixel") {
    assert.equal(reply.body, "", where);
    return;
  }
  const json = reply.form === "jsonp" ? reply.body.replace(/^[^(]*\(|\)$/g, "") : reply.body;
  const body = JSON.parse(json);
  assert.equal(body.dcs_region, 6, where);
  assert.equal(body.tid, reply.transactionId, where);
  if (body.uuid === undefined) {
    // A call whose IDs are all bad ends without a code that is fatal by itself.
    assert.deepEqual(Object.keys(body).sort(), ["dcs_region", "errors", "tid"], where);
    assert.deepEqual(reply.cookies, [], where);
  } else {
    assert.ok(!isFatal, where);
    assert.match(body.uuid, /^[0-9]{38}$/, where);
  }
}
