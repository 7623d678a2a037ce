// Every vector of the wire over a real socket, as its spec says: a node reset before each, requests a day
// apart on the manual clock. Vectors of what is still to come are named, and must not pass unnoticed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  answerMismatches,
  PROTOCOL_VECTORS,
  type ProtocolVector,
  sendVector,
  workspaceOf,
} from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const DAY_MS = 86_400_000;

/** Beginnings of the names of vectors whose parts of the protocol are not built yet. */
const STILL_TO_COME: readonly (readonly [part: string, names: RegExp])[] = [
  ["declared IDs", /^(?:cid-|dpid-|three-ids|twelve-ids|idfa-|gaid-|fire-tv|maid-)/],
  ["the visitor ID service", /^(?:id-|analytics-id|cors-on-error-response|ibs-other-container)/],
  ["ID syncs", /^(?:ibs-|demconf-|dest5-)/],
  ["clicks", /^click-/],
  ["opt-outs", /^(?:global-opt-out|partner-opt-out)/],
  ["consent", /^tcf-/],
  ["cookie tests", /^event-cookie-test$/],
  ["child protection with ID syncs", /^event-coppa$/],
  ["the deny list", /^(?:uuid-denylisted|device-id-denylisted)/],
  ["referers", /^referer-not-allowed$/],
];

/** Arranged in process: see the tests of `handle-event`, or still to come with their part. */
const needsArranging = (vector: ProtocolVector): boolean => vector.needs !== undefined;

/** Of the parts still to come, those whose expectation an unfinished node meets already. */
const ALREADY_MET: ReadonlySet<string> = new Set([
  "cid-first-seen",
  "cid-auth-state-authenticated",
  "cid-auth-state-logged-out",
  "cid-auth-state-garbage-is-unknown",
  "cid-repeated",
  "three-ids-in-one-namespace",
  "idfa-uppercase",
  "ibs-disabled-with-jsonv0",
  "tcf-consent-range",
  "tcf-does-not-apply",
]);

let node: RunningNode;
before(async () => {
  node = await startNode({
    workers: 2,
    args: ["--domain", "demdex.net", "--region", "6", "--trust-proxy", "127.0.0.1/32"],
  });
});
after(() => node[Symbol.asyncDispose]());

for (const vector of PROTOCOL_VECTORS.filter((row) => !needsArranging(row))) {
  const part = STILL_TO_COME.find(([, names]) => names.test(vector.name))?.[0];
  const isExpectedToPass = part === undefined || ALREADY_MET.has(vector.name);
  const title = isExpectedToPass ? vector.name : `${vector.name} (still to come: ${part})`;
  test(title, async () => {
    const found = await play(vector);
    if (isExpectedToPass) assert.deepEqual(found, []);
    else assert.notDeepEqual(found, [], "This vector passes now: take it off the list.");
  });
}

async function play(vector: ProtocolVector): Promise<string[]> {
  await manage("PUT", "/v1/workspace", workspaceOf(vector));
  let now = Date.UTC(2026, 0, 1, 12);
  await manage("PUT", "/v1/clock", { now: new Date(now).toISOString() });
  await manage("POST", "/v1/reset");
  for (const entry of vector.denylist ?? []) {
    const answer = await node.manage("POST", "/v1/denylist", entry);
    if (answer.status !== 200) return [`the deny list answered ${answer.status}`];
  }
  for (const request of vector.before ?? []) {
    await sendVector(request, node.collectUrl);
    now += DAY_MS;
    await manage("PUT", "/v1/clock", { now: new Date(now).toISOString() });
  }
  const answer = await sendVector(vector.request, node.collectUrl);
  try {
    return answerMismatches(answer, vector.expect);
  } catch (fault) {
    return [String(fault)];
  }
}

async function manage(method: string, target: string, body?: unknown): Promise<void> {
  const answer = await node.manage(method, target, body);
  assert.equal(answer.status, 200, answer.text);
}
