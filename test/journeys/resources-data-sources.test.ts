// Data sources over the management API of a real node.

import { after, before, describe } from "node:test";
import { readCases, testCases } from "../support/management-cases.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: {
      partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
      dataSources: [
        { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
        { dataSourceId: 20913, pid: 1957, name: "Last before them", idType: "COOKIE" },
        { dataSourceId: 411, pid: null, name: "Sync partner", idType: "COOKIE", maySync: true },
      ],
      idSyncs: [
        { idSyncId: 1, pid: 1957, container: 3, dataSourceId: 411, urls: ["//sync.example/x"] },
      ],
    },
  });
});
after(() => node[Symbol.asyncDispose]());

describe("data sources", () => {
  testCases(readCases("data-sources"), () => node);
});
