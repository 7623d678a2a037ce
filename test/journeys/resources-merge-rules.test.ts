// Merge rules over the management API of a real node.

import { after, before, describe } from "node:test";
import { readCases, testCases } from "../support/management-cases.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const BETA = { pid: 1958, alias: "beta", name: "Beta", orgId: "B1B2C3D4E5F60718293A4B5C@AdobeOrg" };
const device = { pid: 1957, crossDevice: "NONE", device: "DEVICE" };

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: {
      settings: PROTOCOL_WORKSPACE.settings,
      partners: [...PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957), BETA],
      dataSources: [1001, 1003].map((dataSourceId) => ({
        ...{ dataSourceId, pid: 1957, name: `CRM ${dataSourceId}`, idType: "CROSS_DEVICE" },
      })),
      traits: [{ sid: 5001, pid: 1957, dataSourceId: 1001, name: "Any" }],
      mergeRules: [
        { mergeRuleId: 10, ...device, name: "Device", default: true },
        { mergeRuleId: 11, ...device, name: "Other" },
      ],
      segments: [
        {
          ...{ sid: 9001, pid: 1957, dataSourceId: 1001, name: "Buyers" },
          ...{ segmentRule: "5001T", mergeRuleId: 11 },
        },
      ],
    },
  });
});
after(() => node[Symbol.asyncDispose]());

describe("merge rules", () => {
  testCases(readCases("merge-rules"), () => node);
});
