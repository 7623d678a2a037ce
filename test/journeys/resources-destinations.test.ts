// Destinations and their mappings over the management API of a real node, and what calls are answered meanwhile.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DESTINATIONS_WORKSPACE } from "../support/destinations-workspace.ts";
import { readCases, testCases } from "../support/management-cases.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: DESTINATIONS_WORKSPACE,
    args: ["--domain", "demdex.net"],
  });
});
after(() => node[Symbol.asyncDispose]());

describe("destinations", () => {
  testCases(readCases("destinations"), () => node);
});

describe("mappings", () => {
  testCases(readCases("mappings"), () => node);
});

async function dests(): Promise<unknown> {
  const headers = { Host: "alpha.demdex.net", Referer: "https://alpha.example/" };
  const answer = await node.collect("/event?color=red&d_dst=1&d_rtbd=json", { headers });
  return JSON.parse(answer.text).dests;
}

test("a visitor's next page is told of a segment that was mapped meanwhile, and not of one that went", async () => {
  const segment = { name: "Live", dataSourceId: 1002, segmentRule: "5002T" };
  const { sid } = JSON.parse((await node.manage("POST", "/v1/segments/", segment)).text);
  const body = { name: "Live", destinationType: "PUSH" };
  const made = await node.manage("POST", "/v1/destinations/", body);
  const { destinationId } = JSON.parse(made.text);
  assert.equal(await dests(), undefined);
  const mapping = { sid, url: "https://live.example/px" };
  const mapped = await node.manage("POST", `/v1/destinations/${destinationId}/mappings`, mapping);
  const { mappingId } = JSON.parse(mapped.text);
  assert.deepEqual(await dests(), [
    { id: `${destinationId}-${mappingId}`, y: "img", c: "https://live.example/px" },
  ]);
  await node.manage("DELETE", `/v1/destinations/${destinationId}/mappings/${mappingId}`);
  assert.equal(await dests(), undefined);
});

test("the audit log has an entry of the destination for each change of its mappings", async () => {
  const latest = async () => {
    const answer = await node.manage("GET", "/v1/audit/?limit=2");
    const { list } = JSON.parse(answer.text);
    return list.map(({ change, objectId }: Record<string, string>) => `${change} ${objectId}`);
  };
  // After everything that the node began with.
  await node.manage("PUT", "/v1/clock", { now: new Date(Date.now() + 1_000_000).toISOString() });
  const target = "/v1/destinations/7001/mappings";
  const made = await node.manage("POST", target, { sid: 9003, url: "https://a.example/" });
  assert.equal(made.status, 201, made.text);
  const { mappingId } = JSON.parse(made.text);
  const [first] = await latest();
  assert.equal(first, "destinations.updated 7001");
  await node.manage("DELETE", `${target}/${mappingId}`);
  assert.deepEqual(await latest(), ["destinations.updated 7001", "destinations.updated 7001"]);
});
