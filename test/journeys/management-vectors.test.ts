// The documented vectors of destinations and mappings, in their order, over a real node in which what they name is
// there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";
import { mismatches } from "../support/vector-matcher.ts";

interface Vector {
  readonly id: string;
  readonly req: string;
  readonly body?: unknown;
  readonly status: number;
  readonly keys?: readonly string[];
  readonly echo?: Readonly<Record<string, unknown>>;
  readonly page?: number;
}

const PATH = new URL("../../cases/management-api.json", import.meta.url);
// Every test that reads the file checks what it uses of it.
const VECTORS = JSON.parse(readFileSync(PATH, "utf8")) as readonly Vector[];
const PLAYED = ["M01", "M02", "M03", "M05", "M06", "M07", "M08", "M09", "M10", "M11", "M12"];

let node: RunningNode;
before(async () => {
  const trait = { pid: 1957, dataSourceId: 1002, traitRule: "a == 1" };
  const segment = { pid: 1957, dataSourceId: 1002, segmentRule: "5001T" };
  node = await startNode({
    workspace: {
      partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
      dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
      traits: [5001, 5002, 5003].map((sid) => ({ ...trait, sid, name: `Trait ${sid}` })),
      segments: [{ ...segment, sid: 87723, name: "Mapped" }],
      destinations: [
        {
          ...{ destinationId: 4035, pid: 1957, name: "Cookie", destinationType: "ADS" },
          ...{ cookieName: "adobe", singleKey: "key" },
        },
        { destinationId: 655, pid: 1957, name: "Pixel", destinationType: "PUSH" },
      ],
    },
  });
});
after(() => node[Symbol.asyncDispose]());

test("destinations and mappings answer the documented vectors", async () => {
  let last: Vector | null = null;
  let mappingId: unknown = null;
  for (const vector of [...PLAYED, "M13", "M14"].map(vectorOf)) {
    const isRepeated: boolean = vector.req === "same again" && last !== null;
    const { req, body }: Vector = isRepeated && last !== null ? last : vector;
    const [method = "", target = ""] = req.replace("<mappingId>", String(mappingId)).split(" ");
    const answer = await node.manage(method, target, body);
    assert.equal(answer.status, vector.status, `${vector.id}: ${answer.text}`);
    const value = answer.text === "" ? null : JSON.parse(answer.text);
    const { keys, echo, page } = vector;
    if (keys !== undefined) assert.deepEqual(Object.keys(value), keys, vector.id);
    if (page !== undefined) assert.equal(value.page, page, vector.id);
    if (echo !== undefined) assert.deepEqual(mismatches(value, echo), [], vector.id);
    if (vector.id === "M01") assert.equal(value.length, 2);
    if (vector.id === "M08") mappingId = value.mappingId;
    if (vector.id === "M13") assert.deepEqual(value, vector.body);
    if (!isRepeated) last = vector;
  }
});

function vectorOf(id: string): Vector {
  const found = VECTORS.find((each) => each.id === id);
  assert.ok(found !== undefined, id);
  // The body of a reading is what is answered.
  return found;
}
