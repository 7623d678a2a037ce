// Traits, segments and folders over the management API of a real node: what a person or a pipeline does with
// them, and how calls answer meanwhile.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { call, type RunningNode, startNode, TEST_TOKEN } from "../support/start-node.ts";

let node: RunningNode;
before(async () => {
  node = await startNode({
    workers: 2,
    workspace: {
      partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
      dataSources: [
        { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
        { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
      ],
      mergeRules: [
        {
          mergeRuleId: 10,
          pid: 1957,
          name: "A",
          crossDevice: "NONE",
          device: "DEVICE",
          default: true,
        },
        { mergeRuleId: 11, pid: 1957, name: "B", crossDevice: "NONE", device: "DEVICE" },
      ],
    },
    args: ["--domain", "demdex.net"],
  });
});
after(() => node[Symbol.asyncDispose]());

async function manage(method: string, target: string, body?: unknown, status = 200) {
  const answer = await node.manage(method, target, body);
  assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
  // Answers of the API are JSON, or empty.
  return answer.text === "" ? null : JSON.parse(answer.text);
}

const TRAIT = { name: "Product page", dataSourceId: 1002, traitRule: 'product == "camera"' };

describe("a trait", () => {
  test("is created with the defaults of the document, and calls realize it at once", async () => {
    const created = await manage("POST", "/v1/traits/", TRAIT, 201);
    assert.deepEqual(
      { ...created, createTime: 0, updateTime: 0 },
      {
        sid: 1,
        pid: 1957,
        traitType: "RULE_BASED_TRAIT",
        name: "Product page",
        description: "",
        status: "ACTIVE",
        dataSourceId: 1002,
        folderId: 0,
        categoryId: null,
        traitRule: 'product == "camera"',
        ttl: 120,
        integrationCode: null,
        comments: "",
        type: 1,
        traitRuleVersion: 1,
        backfillStatus: "NONE",
        url: "https://alpha.demdex.net/event?product=camera",
        createTime: 0,
        updateTime: 0,
        crUID: 0,
        upUID: 0,
      },
    );
    assert.ok(created.createTime > 0 && created.updateTime === created.createTime);
    const { pathname, search } = new URL(created.url);
    const answer = await node.collect(`${pathname}${search}&d_rtbd=json`, {
      headers: { Host: "alpha.demdex.net" },
    });
    assert.equal(answer.status, 200);
    const visitor = JSON.parse(answer.text).uuid;
    const known = await manage("GET", `/v1/partners/1957/visitors?uuid=${visitor}`);
    assert.deepEqual(
      known.profiles[0].traits.map(({ sid }: { sid: number }) => sid),
      [created.sid],
    );
  });

  test("is found by its ID and by its integration code, and replaced whole", async () => {
    const coded = { ...TRAIT, name: "Coded", integrationCode: "sku-1", comments: "first", ttl: 7 };
    const { sid } = await manage("POST", "/v1/traits", coded, 201);
    assert.equal((await manage("GET", "/v1/traits/ic:sku-1")).sid, sid);
    const changed = await manage("PUT", `/v1/traits/${sid}`, {
      ...TRAIT,
      name: "Renamed",
      traitRule: "product == bag",
    });
    assert.deepEqual(
      [changed.name, changed.integrationCode, changed.comments, changed.ttl],
      ["Renamed", null, "", 120],
    );
    assert.equal(changed.traitRuleVersion, 2);
    const versions = await manage("GET", `/v1/traits/${sid}/trait-rule/versions`);
    assert.deepEqual(
      versions.map((each: Record<string, unknown>) => [
        each["traitRuleVersion"],
        each["traitRule"],
      ]),
      [
        [2, "product == bag"],
        [1, 'product == "camera"'],
      ],
    );
    assert.equal(versions[0].userName, "Administrator's token");
    // Whoever sends back what they read changes nothing.
    const again = await manage("PUT", `/v1/traits/${sid}`, changed);
    assert.deepEqual(again, changed);
  });

  test("with a faulty rule is refused by name, place and expectation", async () => {
    const problem = await manage(
      "POST",
      "/v1/traits/",
      { ...TRAIT, traitRule: "a = 1", folderId: 77, nme: 1 },
      400,
    );
    assert.deepEqual(
      problem.errors.map(({ at, code }: Record<string, string>) => [at, code]),
      [["/nme", "E_UNKNOWN_KEY"]],
    );
    const faulty = await manage(
      "POST",
      "/v1/traits/",
      { ...TRAIT, traitRule: "a = 1", folderId: 77, dataSourceId: 4711 },
      400,
    );
    assert.equal(faulty.error, "rule_invalid");
    assert.deepEqual(
      faulty.errors.map(({ at, code, column }: Record<string, unknown>) => [at, code, column]),
      [
        ["/dataSourceId", "E_UNKNOWN_REFERENCE", undefined],
        ["/folderId", "E_UNKNOWN_REFERENCE", undefined],
        ["/traitRule", "E_SINGLE_EQUALS", 3],
      ],
    );
    const missing = await manage("POST", "/v1/traits/", {}, 400);
    assert.deepEqual(
      missing.errors.map(({ at, code }: Record<string, string>) => [at, code]),
      [
        ["/name", "E_MISSING_KEY"],
        ["/dataSourceId", "E_MISSING_KEY"],
      ],
    );
    for (const body of [[], "x", 7, null]) await manage("POST", "/v1/traits/", body, 400);
  });

  test("is not changed by whoever read an older state of it", async () => {
    const { sid } = await manage("POST", "/v1/traits/", { ...TRAIT, name: "Contested" }, 201);
    const read = await node.manage("GET", `/v1/traits/${sid}`);
    const put = (etag: string) =>
      call(node.manageUrl, `/v1/traits/${sid}`, {
        method: "PUT",
        headers: {
          Authorization: `Bearer ${TEST_TOKEN}`,
          "Content-Type": "application/json",
          "If-Match": etag,
        },
        body: JSON.stringify({ ...TRAIT, name: `Contested by ${etag}` }),
      });
    const etag = String(read.headers["etag"]);
    const first = await put(etag);
    assert.equal(first.status, 200);
    const second = await put(etag);
    assert.equal(second.status, 412);
    assert.equal(JSON.parse(second.text).error, "precondition_failed");
    assert.ok(second.text.includes(String(first.headers["etag"]).slice(1, -1)));
    assert.equal((await put("*")).status, 200);
  });

  test("is not deleted while a segment uses it, and its ID is never given again", async () => {
    const { sid } = await manage("POST", "/v1/traits/", { ...TRAIT, name: "Used" }, 201);
    const rule = { name: "Users", dataSourceId: 1002, segmentRule: `${sid}T` };
    const segment = await manage("POST", "/v1/segments/", rule, 201);
    const refused = await manage("DELETE", `/v1/traits/${sid}`, undefined, 409);
    assert.equal(refused.detail, `The trait ${sid} is used by segment ${segment.sid} (Users).`);
    await manage("DELETE", `/v1/segments/${segment.sid}`, undefined, 204);
    await manage("POST", "/v1/traits/bulk-delete", [sid], 204);
    await manage("GET", `/v1/traits/${sid}`, undefined, 404);
    const next = await manage("POST", "/v1/traits/", { ...TRAIT, name: "Next" }, 201);
    assert.ok(next.sid > segment.sid, `${next.sid} follows ${segment.sid}`);
  });

  test("several are deleted together, or none of them", async () => {
    const one = await manage("POST", "/v1/traits/", { ...TRAIT, name: "One" }, 201);
    const other = await manage("POST", "/v1/traits/", { ...TRAIT, name: "Other" }, 201);
    await manage("POST", "/v1/traits/bulk-delete", [], 400);
    await manage("POST", "/v1/traits/bulk-delete", [one.sid, 999_999], 404);
    assert.equal((await manage("GET", `/v1/traits/${one.sid}`)).sid, one.sid);
    await manage("POST", "/v1/traits/bulk-delete", [one.sid, String(other.sid)], 204);
    await manage("GET", `/v1/traits/${one.sid}`, undefined, 404);
  });

  test("rules are checked without being saved, and limits say how many there are", async () => {
    assert.deepEqual(await manage("POST", "/v1/traits/validate", { code: "a == 1" }), {
      valid: true,
    });
    const problem = await manage("POST", "/v1/traits/validate", { code: "a == " }, 400);
    assert.deepEqual([problem.error, problem.errors[0].at], ["rule_invalid", "/code"]);
    const limits = await manage("GET", "/v1/traits/limits");
    const { total } = await manage("GET", "/v1/traits/?pageSize=1");
    assert.deepEqual(limits[0], { item: "TRAIT", limit: 100_000, count: total });
  });
});

describe("a list", () => {
  test("has pages, an order, a search and filters", async () => {
    const bare = await manage("GET", "/v1/traits/");
    assert.ok(Array.isArray(bare) && bare.length > 3);
    assert.ok(!("traitRule" in bare[0]), "details are there only where they are asked for");
    const page = await manage("GET", "/v1/traits?page=0&pageSize=2&sortBy=sid&descending=true");
    assert.deepEqual(Object.keys(page), ["total", "page", "pageSize", "list"]);
    assert.equal(page.total, bare.length);
    assert.ok(page.list[0].sid > page.list[1].sid);
    const found = await manage("GET", "/v1/traits/?search=RENAMED&includeDetails=true");
    assert.deepEqual(
      found.map(({ traitRule }: { traitRule: string }) => traitRule),
      ["product == bag"],
    );
    assert.deepEqual(await manage("GET", "/v1/traits/?dataSourceId=1001"), []);
    const both = await manage("GET", "/v1/traits/?dataSourceId=1001&dataSourceId=1002");
    assert.equal(both.length, bare.length);
    const allowed = await manage("GET", "/v1/traits/?pageSize=1&includePermissions=true");
    assert.ok(allowed.list[0].permissions.includes("MAP_TO_SEGMENTS"));
    const problem = await manage("GET", "/v1/traits/?sortBy=nothing&page=x", undefined, 400);
    assert.deepEqual(
      problem.errors.map(({ at }: { at: string }) => at),
      ["/page", "/sortBy"],
    );
  });
});

describe("a segment", () => {
  test("shows its tree, its merge rule and whom it is made of", async () => {
    const trait = await manage("POST", "/v1/traits/", { ...TRAIT, name: "Member" }, 201);
    const rule = `frequency([${trait.sid}T] <= 7D) >= 2 OR ${trait.sid}T`;
    const segment = await manage(
      "POST",
      "/v1/segments/",
      { name: "Tree", dataSourceId: 1001, segmentRule: rule },
      201,
    );
    assert.equal(segment.legacyId, segment.sid);
    const shown = await manage(
      "GET",
      `/v1/segments/${segment.sid}?includeExprTree&includeInUseStatus=true&includeTraitDataSourceIds=true`,
    );
    assert.deepEqual(
      [shown.traits, shown.codeViewOnly, shown.inUse, shown.traitDataSourceIds],
      [[trait.sid], false, false, [1002]],
    );
    assert.deepEqual(shown.expressionTree, {
      op: "OR",
      children: [
        {
          trait: trait.sid,
          recency: { comparison: "<=", days: 7 },
          frequency: { comparison: ">=", count: 2 },
        },
        { trait: trait.sid, recency: null, frequency: null },
      ],
    });
    const containing = await manage("GET", `/v1/segments/?containsTrait=${trait.sid}`);
    assert.deepEqual(
      containing.map(({ sid }: { sid: number }) => sid),
      [segment.sid],
    );
    const replaced = await manage("POST", "/v1/segments/bulk-merge-rule-replace", {
      existingMergeRuleDataSourceId: 10,
      replaceWithMergeRuleDataSourceId: 11,
    });
    assert.ok(replaced.segments.includes(segment.sid));
    const after = await manage("GET", `/v1/segments/${segment.sid}`);
    assert.equal(after.mergeRuleDataSourceId, 11);
  });

  test("of traits that are not there is refused, and its rule can be checked before", async () => {
    const body = { name: "Lost", dataSourceId: 1002, segmentRule: "4711T" };
    const problem = await manage("POST", "/v1/segments/", body, 400);
    assert.deepEqual(
      problem.errors.map(({ at, code }: Record<string, string>) => [at, code]),
      [["/segmentRule", "E_UNKNOWN_TRAIT"]],
    );
    const checked = await manage("POST", "/v1/segments/validate", { code: "4711T" }, 400);
    assert.equal(checked.errors[0].code, "E_UNKNOWN_TRAIT");
  });
});

describe("folders", () => {
  test("form a tree, are renamed and moved, and go when they are empty", async () => {
    const shoes = await manage("POST", "/v1/folders/traits/", { name: "Shoes" }, 201);
    assert.equal(shoes.path, "/All Traits/Shoes");
    assert.ok(shoes.traitSid > 0);
    const boots = await manage(
      "POST",
      "/v1/folders/traits/",
      { name: "Boots", parentFolderId: shoes.folderId },
      201,
    );
    await manage("POST", "/v1/folders/traits/", { name: "shoes", parentFolderId: 0 }, 409);
    const tree = await manage("GET", "/v1/folders/traits/");
    assert.deepEqual([tree[0].folderId, tree[0].parentFolderId, tree[0].folderCount], [0, null, 1]);
    assert.equal(tree[0].subFolders[0].subFolders[0].path, "/All Traits/Shoes/Boots");
    const inside = { ...TRAIT, name: "Inside", folderId: boots.folderId };
    const trait = await manage("POST", "/v1/traits/", inside, 201);
    const refused = await manage("DELETE", `/v1/folders/traits/${boots.folderId}`, undefined, 409);
    assert.match(refused.detail, /trait \d+ \(Inside\)/);
    const loop = { name: "Shoes", parentFolderId: boots.folderId };
    await manage("PUT", `/v1/folders/traits/${shoes.folderId}`, loop, 400);
    const moved = { name: "Boots and more", parentFolderId: 0 };
    const after = await manage("PUT", `/v1/folders/traits/${boots.folderId}`, moved);
    assert.equal(after.path, "/All Traits/Boots and more");
    assert.equal(after.traitSid, boots.traitSid);
    await manage("DELETE", `/v1/traits/${trait.sid}`, undefined, 204);
    await manage("DELETE", `/v1/folders/traits/${boots.folderId}`, undefined, 204);
    await manage("GET", `/v1/folders/traits/${boots.folderId}`, undefined, 404);
    assert.equal((await manage("GET", "/v1/folders/segments/0")).name, "All Segments");
  });
});
