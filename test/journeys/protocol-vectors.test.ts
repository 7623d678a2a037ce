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

const needsArranging = (vector: ProtocolVector): boolean => vector.needs !== undefined;

let node: RunningNode;
before(async () => {
  node = await startNode({
    workers: 2,
    args: ["--domain", "demdex.net", "--region", "6", "--trust-proxy", "127.0.0.1/32"],
  });
});
after(() => node[Symbol.asyncDispose]());

for (const vector of PROTOCOL_VECTORS.filter((row) => !needsArranging(row))) {
  test(vector.name, async () => assert.deepEqual(await play(vector), []));
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
