// Partners, ID syncs and settings over the management API of a real node.

import { after, before, describe } from "node:test";
import { readCases, testCases } from "../support/management-cases.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const BETA = { pid: 1958, alias: "beta", name: "Beta", orgId: "B1B2C3D4E5F60718293A4B5C@AdobeOrg" };

let node: RunningNode;
before(async () => {
  const alpha = PROTOCOL_WORKSPACE.partners
    .filter(({ pid }) => pid === 1957)
    .map((partner) => ({ ...partner, tcf: false }));
  const partners = [...alpha, BETA];
  const shared = { dataSourceId: 411, pid: null, name: "Shared", idType: "COOKIE" };
  node = await startNode({ workspace: { partners, dataSources: [shared] } });
});
after(() => node[Symbol.asyncDispose]());

describe("what belongs to the installation", () => {
  testCases(readCases("installation"), () => node);
});
