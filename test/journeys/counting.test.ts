// What a node promises of numbers: nothing lost, nothing counted twice, whoever asks and however many at
// once.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import { send } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const DEVICE = "22920112968019678612904394744954398990";
const CALLS = 10_000;
const CONNECTIONS = 64;

interface VisitorAnswer {
  readonly profiles: readonly {
    readonly traits: readonly { readonly sid: number; readonly count: number }[];
  }[];
}

async function countOf(node: RunningNode, device: string, sid: number): Promise<number> {
  const answer = await node.manage("GET", `/v1/partners/1957/visitors?uuid=${device}`);
  assert.equal(answer.status, 200, answer.text);
  // The visitor's documented form; a part that is missing fails below.
  const { profiles } = answer.json() as VisitorAnswer;
  const trait = profiles.flatMap(({ traits }) => traits).find((entry) => entry.sid === sid);
  return trait?.count ?? 0;
}

test("ten thousand calls at once for one visitor over two workers count exactly ten thousand", async () => {
  await using node = await startNode({
    workers: 2,
    workspace: PROTOCOL_WORKSPACE,
    args: ["--domain", "demdex.net"],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const call = {
    to: node.collectUrl,
    target: `/event?d_rtbd=json&key1=val1&d_uuid=${DEVICE}`,
    host: "alpha.demdex.net",
    agent,
  };
  const workers = new Set<string>();
  const answers = await Promise.all(Array.from({ length: CALLS }, () => send(call)));
  agent.destroy();
  for (const answer of answers) {
    assert.equal(answer.headers["x-error"], undefined);
    workers.add(String(answer.headers["dcs"]).split(" ")[0] ?? "");
  }
  assert.equal(workers.size, 2, "both workers should have answered");
  assert.equal(await countOf(node, DEVICE, 5001), CALLS);
});
