// What a partner may have is full: the management API of a real node says so, and calls go on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CATALOG_LIMITS } from "../../src/catalog/limits.ts";
import { managementVector } from "../support/management-vectors.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const own = { pid: 1957, dataSourceId: 1002 };
const some = <T>(count: number, of: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(i));

let node: RunningNode;
before(async () => {
  const { foldersPerPartner, segmentsPerPartner, algorithmicTraitsPerPartner } = CATALOG_LIMITS;
  const { serverDestinationsPerPartner, derivedSignalsPerPartner } = CATALOG_LIMITS;
  node = await startNode({
    workspace: {
      partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
      dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
      folders: some(foldersPerPartner, (n) => ({
        ...{ folderId: n + 1, pid: 1957, name: `Folder ${n}`, traitSid: 900_000 + n },
      })),
      traits: [
        { ...own, sid: 5001, name: "Any", traitRule: "a == 1" },
        ...some(algorithmicTraitsPerPartner, (n) => ({
          ...{ ...own, sid: 6_000 + n, name: `Algorithmic ${n}`, traitType: "ALGO_TRAIT" },
        })),
      ],
      segments: some(segmentsPerPartner, (n) => ({
        ...{ ...own, sid: 10_000 + n, name: `Segment ${n}`, segmentRule: "5001T" },
      })),
      destinations: some(serverDestinationsPerPartner, (n) => ({
        ...{ destinationId: n + 1, pid: 1957, name: `Server ${n}`, destinationType: "S2S" },
      })),
      derivedSignals: some(derivedSignalsPerPartner, (n) => ({
        ...{ derivedSignalId: n + 1, pid: 1957, sourceKey: "a", sourceValue: `${n}` },
        ...{ targetKey: "b", targetValue: "1" },
      })),
    },
  });
});
after(() => node[Symbol.asyncDispose]());

const { target: SEGMENTS, status: FULL, error: WORD } = managementVector("M28");
const CALLS: readonly (readonly [what: string, target: string, body: object])[] = [
  ["M28: a segment", SEGMENTS, { name: "One more", dataSourceId: 1002, segmentRule: "5001T" }],
  ["a folder", "/v1/folders/traits/", { name: "One more" }],
  [
    ...(["an algorithmic trait", "/v1/traits/"] as const),
    { name: "One more", dataSourceId: 1002, traitType: "ALGO_TRAIT" },
  ],
  ["a server destination", "/v1/destinations/", { name: "More", destinationType: "S2S" }],
  [
    ...(["a derived signal", "/v1/signals/derived/"] as const),
    { sourceKey: "a", sourceValue: "more", targetKey: "b", targetValue: "1" },
  ],
];

for (const [what, target, body] of CALLS) {
  test(`${what} more than there may be is refused as such`, async () => {
    const answer = await node.manage("POST", target, body);
    assert.equal(answer.status, FULL, answer.text);
    assert.equal(JSON.parse(answer.text).error, WORD);
  });
}

test("what is full is told with its limit, and has room again once something goes", async () => {
  const { text } = await node.manage("GET", "/v1/limits");
  const rows: { item: string; limit: number; count: number }[] = JSON.parse(text);
  const full = rows.filter(({ limit, count }) => limit === count).map(({ item }) => item);
  const items = ["ALGO_TRAIT", "FOLDER_TRAIT", "SEGMENT", "S2S", "DERIVED_SIGNAL"];
  assert.deepEqual(full, items);
  assert.equal((await node.manage("DELETE", "/v1/segments/10000")).status, 204);
  const [, , body] = CALLS[0] ?? [];
  assert.equal((await node.manage("POST", SEGMENTS, body)).status, 201);
});
