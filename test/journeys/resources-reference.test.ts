// The small resources of reference over the management API of a real node, and the documented vectors of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { readCases, testCases } from "../support/management-cases.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";
import { mismatches } from "../support/vector-matcher.ts";

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: {
      settings: PROTOCOL_WORKSPACE.settings,
      // The only partner that a call can be about, but for those that name the other one.
      partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
      dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
      traits: [
        {
          sid: 5001,
          pid: 1957,
          dataSourceId: 1002,
          name: "Product page",
          integrationCode: "sku-1",
        },
      ],
      partnerSites: [{ siteId: 312, pid: 1957, url: "example.com" }],
      destinations: [
        {
          ...{ destinationId: 8001, pid: 1957, name: "Cookie", destinationType: "ADS" },
          ...{ cookieName: "aamc", singleKey: "seg", siteIDs: [312] },
          domainRestrictions: "inclusion",
        },
      ],
    },
    args: ["--domain", "demdex.net", "--region", "7"],
  });
});
after(() => node[Symbol.asyncDispose]());

describe("resources of reference", () => {
  testCases(readCases("reference"), () => node);
});

interface Vector {
  readonly id: string;
  readonly req: string;
  readonly body?: unknown;
  readonly status: number;
  readonly keys?: readonly string[];
  readonly echo?: unknown;
}

const VECTORS = JSON.parse(
  readFileSync(new URL("../../cases/management-api.json", import.meta.url), "utf8"),
  // The vectors are part of the project; a wrong one fails its test.
) as readonly Vector[];
const WANTED = ["M15", "M16", "M21", "M22", "M23", "M25", "M26", "M29"];

describe("the documented vectors of the management API", () => {
  let last: Pick<Vector, "req" | "body"> = { req: "" };
  for (const vector of VECTORS.filter(({ id }) => WANTED.includes(id))) {
    test(`${vector.id}: ${vector.req} is answered with ${vector.status}`, async () => {
      if (vector.req !== "same again") last = { req: vector.req, body: vector.body };
      const [method = "", target = ""] = last.req.split(" ");
      const answer = await node.manage(method, target, spelledOut(last.body));
      assert.equal(answer.status, vector.status, answer.text);
      const value = answer.text === "" ? null : JSON.parse(answer.text);
      if (vector.keys !== undefined) {
        assert.deepEqual(Object.keys(value).sort(), [...vector.keys].sort());
      }
      assert.deepEqual(mismatches(value, vector.echo ?? {}), []);
    });
  }
});

/** Vectors write long texts in words. */
function spelledOut(body: unknown): unknown {
  if (body === undefined) return undefined;
  const long = (_: string, count: string) => "k".repeat(Number(count));
  return JSON.parse(JSON.stringify(body).replace(/<(\d+) characters>/g, long));
}
