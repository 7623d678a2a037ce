// What holds of every resource: whoever sends back what they read changes nothing, and what a role may create.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ALL_KINDS } from "../../src/admin/resources/all-kinds.ts";
import { LIST_IDS } from "../../src/catalog/document-keys.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { call, type RunningNode, startNode } from "../support/start-node.ts";

/** Of one list. */
const MOST_OBJECTS = 10;

let node: RunningNode;
before(async () => {
  const pid = 1957;
  const folder = { folderId: 1, pid, name: "Folder", parentFolderId: 0 };
  const pair = { sourceKey: "k", sourceValue: "v", targetKey: "t", targetValue: "u" };
  const derived = { derivedSignalId: 900, pid, ...pair };
  const { mergeRules = [], derivedSignals = [] } = Object(PROTOCOL_WORKSPACE);
  const rule = { mergeRuleId: 900, pid, name: "R", crossDevice: "NONE", device: "DEVICE" };
  node = await startNode({
    workspace: {
      ...PROTOCOL_WORKSPACE,
      folders: [{ ...folder, traitSid: 900_001 }],
      segmentFolders: [folder],
      derivedSignals: [...derivedSignals, derived],
      mergeRules: [...mergeRules, rule],
    },
  });
});
after(() => node[Symbol.asyncDispose]());

describe("whoever sends back what they read changes nothing", () => {
  for (const kind of ALL_KINDS.filter(({ path }) => path !== "partner-sites")) {
    test(`of ${kind.path}`, async () => {
      const workspace = JSON.parse((await node.manage("GET", "/v1/workspace")).text);
      const items: readonly Record<string, unknown>[] = workspace[kind.list];
      const own = items.filter(({ pid }) => pid !== null).slice(0, MOST_OBJECTS);
      assert.ok(own.length > 0, "there is something to send back");
      for (const item of own) {
        const target = `/v1/${kind.path}/${item[LIST_IDS[kind.list]]}?pid=${item["pid"]}`;
        const read = await node.manage("GET", target);
        assert.equal(read.status, 200, read.text);
        const body = JSON.parse(read.text);
        const put = await node.manage("PUT", target, body);
        assert.equal(put.status, 200, put.text);
        assert.deepEqual(JSON.parse(put.text), body);
        assert.equal(put.headers["etag"], read.headers["etag"], target);
        assert.equal(put.headers["dunlin-revision"], read.headers["dunlin-revision"], target);
      }
    });
  }
});

describe("what a role may create with its partner", () => {
  const rows: readonly (readonly [path: string, body: object, least: string])[] = [
    ["datasources", { name: "N" }, "administrator"],
    ["merge-rules", { name: "N", crossDevice: "NONE", device: "DEVICE" }, "administrator"],
    ["id-syncs", { dataSourceId: 411, urls: ["//s.example/x"] }, "administrator"],
    ["partner-sites", { url: "role.example" }, "editor"],
    ["customer-trait-types", { name: "N" }, "editor"],
    [
      "signals/derived",
      { sourceKey: "a", sourceValue: "b", targetKey: "c", targetValue: "d" },
      "editor",
    ],
    ["partners", { alias: "role", name: "N", orgId: `${"A".repeat(24)}@AdobeOrg` }, "installation"],
  ];
  const roles = ["viewer", "editor", "administrator"];

  for (const [path, body, least] of rows) {
    test(`${path}: ${least}`, async () => {
      for (const role of roles) {
        const grant = { name: role, roles: [{ pid: 1957, role }] };
        const { token } = JSON.parse(
          (await node.manage("POST", "/v1/tokens?pid=1957", grant)).text,
        );
        const answer = await call(node.manageUrl, `/v1/${path}/`, {
          method: "POST",
          headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
          body: JSON.stringify(named(body, role)),
        });
        const may = roles.indexOf(role) >= roles.indexOf(least) && roles.includes(least);
        assert.equal(answer.status, may ? 201 : 403, `${role}: ${answer.text}`);
        const list = await call(node.manageUrl, `/v1/${path}/`, {
          headers: { Authorization: `Bearer ${token}` },
        });
        assert.equal(list.status, least === "installation" ? 403 : 200, list.text);
      }
    });
  }
});

/** What must be unique is another one for each role. */
function named(body: object, role: string): object {
  const text = JSON.stringify(body)
    .replace('"N"', JSON.stringify(`N of ${role}`))
    .replace("role.example", `${role}.example`)
    .replace('"sourceValue":"b"', `"sourceValue":"${role}"`);
  return JSON.parse(text);
}
