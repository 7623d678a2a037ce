// Sheets over the management API of a real node: what a person with a spreadsheet does with it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parse } from "csv-parse/sync";
import { DESTINATIONS_WORKSPACE } from "../support/destinations-workspace.ts";
import { call, type RunningNode, startNode, TEST_TOKEN } from "../support/start-node.ts";

let node: RunningNode;
before(async () => {
  node = await startNode({ workspace: DESTINATIONS_WORKSPACE });
});
after(() => node[Symbol.asyncDispose]());

async function send(target: string, body: string, headers: Record<string, string> = {}) {
  return call(node.manageUrl, `/v1/bulk/${target}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${TEST_TOKEN}`, "Content-Type": "text/csv", ...headers },
    body,
  });
}

/** The rows of the answer, by column. */
async function sheet(target: string, lines: readonly string[]) {
  const answer = await send(target, lines.join("\n"), { Accept: "text/csv" });
  assert.equal(answer.status, 200, answer.text);
  assert.match(String(answer.headers["content-type"]), /^text\/csv/);
  const rows: Record<string, string>[] = parse(answer.text, { columns: true });
  return { rows, revision: Number(answer.headers["dunlin-revision"]), text: answer.text };
}

const codes = (rows: readonly Record<string, string>[]) => rows.map((row) => row["resultCode"]);
const result = (row: Record<string, string> | undefined) => JSON.parse(row?.["result"] ?? "null");

async function read(target: string) {
  const answer = await node.manage("GET", target);
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text);
}

describe("a sheet", () => {
  test("in another encoding than UTF-8 is refused, and so is any other body", async () => {
    const before = await read("/v1/traits/");
    const headers = { Authorization: `Bearer ${TEST_TOKEN}` };
    for (const [path, type, text] of [
      ["/v1/bulk/create/traits", "text/csv", "name,dataSourceId\nM\u00fcller,1002\n"],
      ["/v1/traits/", "application/json", '{"name":"M\u00fcller","dataSourceId":1002}'],
    ] as const) {
      // As an older spreadsheet saves it.
      const body = Buffer.from(text, "latin1");
      const typed = { ...headers, "Content-Type": type };
      const answer = await fetch(node.manageUrl + path, { method: "POST", headers: typed, body });
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /Expected the body as UTF-8\./);
    }
    assert.deepEqual(await read("/v1/traits/"), before);
  });

  test("of traits is created with one publication; each row is answered for itself", async () => {
    const before = await read("/v1/traits/");
    const { rows, revision, text } = await sheet("create/traits", [
      "sid,name,dataSourceId,folderId,traitRule,traitType,ttl,valueAlias",
      ',Camera,1002,0,"product == ""camera""",RULE_BASED_TRAIT,30,',
      ",Faulty,1002,0,product = 1,RULE_BASED_TRAIT,30,",
      ",=cmd(),1002,,,ON_BOARDED_TRAIT,,",
      ",Odd,1002,,a == 1,,,7",
    ]);
    assert.deepEqual(codes(rows), ["201", "400", "201", "400"]);
    assert.deepEqual(
      [result(rows[0]).ttl, result(rows[1]).error, result(rows[1]).errors[0].code],
      [30, "rule_invalid", "E_SINGLE_EQUALS"],
    );
    assert.equal(rows[0]?.["sid"], String(result(rows[0]).sid));
    assert.match(text, /'=cmd\(\)/);
    const after = await read("/v1/traits/");
    assert.equal(after.length, before.length + 2);
    assert.equal(after.at(-1).name, "=cmd()");
    assert.equal(revision, 2);
  });

  test("is read, changed in place and sent back; what it does not hold stays as it is", async () => {
    const asked = ["sid,name,traitRule,ttl", "5001,,,", "4711,,,"];
    const read1 = await sheet("request/traits", asked);
    assert.deepEqual(codes(read1.rows), ["200", "404"]);
    assert.equal(read1.rows[0]?.["traitRule"], 'color == "blue"');
    const line = read1.text.split("\r\n")[1]?.replace("Blue", "Navy") ?? "";
    const changed = await sheet("update/traits", [read1.text.split("\r\n")[0] ?? "", line]);
    assert.deepEqual(codes(changed.rows), ["200"]);
    assert.deepEqual(
      [result(changed.rows[0]).name, result(changed.rows[0]).traitRuleVersion],
      ["Navy", 1],
    );
    const renamed = await sheet("update/traits", ["sid,name", "5001,Blue"]);
    assert.equal(result(renamed.rows[0]).traitRule, 'color == "blue"');
  });

  test("maps segments, moves them on, and takes them away again", async () => {
    const created = await sheet("create/mappings", [
      "destinationId,destinationMappingId,sid,traitType,startDate,valueAlias,url",
      "8001,,9002,SEGMENT,2012-07-04,123,",
      "8001,,9002,SEGMENT,2012-07-04,124,",
      "7001,,9002,SEGMENT,,,https://a.example/",
      "7001,,4711,SEGMENT,,,https://a.example/",
    ]);
    assert.deepEqual(codes(created.rows), ["201", "409", "201", "404"]);
    const [one, , two] = created.rows;
    assert.equal(one?.["destinationMappingId"], String(result(one).mappingId));
    const ids = [one, two].map(
      (row) => `${row?.["destinationId"]},${row?.["destinationMappingId"]}`,
    );
    const updated = await sheet("update/mappings", [
      "destinationId,destinationMappingId,endDate,priority",
      `${ids[0]},2030-01-01,-5`,
    ]);
    const { endDate, priority, valueAlias } = result(updated.rows[0]);
    assert.deepEqual([endDate, priority, valueAlias], ["2030-01-01", -5, "123"]);
    const deleted = await sheet("delete/mappings", [
      "destinationId,destinationMappingId",
      ...ids,
      "8001,4711",
    ]);
    assert.deepEqual(codes(deleted.rows), ["204", "204", "404"]);
    assert.equal(deleted.rows[0]?.["result"], "");
    assert.equal(deleted.revision, updated.revision + 1);
  });

  test("does so with segments, folders, derived signals and destinations", async () => {
    const sheets = [
      ["segments", "name,dataSourceId,folderId,segmentRule", "Sheet,1002,0,5001T OR 5002T", "sid"],
      ["folders", "name,parentFolderId", "Sheet,0", "folderId"],
      ["segment-folders", "name,parentFolderId", "Sheet,", "folderId"],
      [
        ...["derived-signals", "sourceKey,sourceValue,targetKey,targetValue"],
        ...["product,new_car,interest,auto", "derivedSignalId"],
      ],
      ["destinations", "name,destinationType", "Sheet,PUSH", "destinationId"],
    ] as const;
    for (const [kind, header, row, idKey] of sheets) {
      const created = await sheet(`create/${kind}`, [header, row]);
      assert.deepEqual(codes(created.rows), ["201"], created.text);
      const id = result(created.rows[0])[idKey];
      const asked = await sheet(`request/${kind}`, [idKey, String(id)]);
      assert.deepEqual(result(asked.rows[0]), result(created.rows[0]));
      const deleted = await sheet(`delete/${kind}`, [idKey, String(id)]);
      assert.deepEqual(codes(deleted.rows), ["204"]);
    }
  });

  test("says how many visitors would be in segments", async () => {
    const { rows } = await sheet("estimate/segments", [
      "sid,segmentRule",
      ",5001T",
      "9001,",
      "4711,",
      ",5001T AND",
      ",",
    ]);
    assert.deepEqual(codes(rows), ["200", "200", "404", "400", "400"]);
    assert.equal(result(rows[0]).total.estimate, 0);
  });
});

describe("a call with a sheet is refused whole", () => {
  test("where its operation, its kind or its columns are not known", async () => {
    for (const target of ["raze/traits", "create/users", "create/__proto__"]) {
      assert.equal((await send(target, "name\nA")).status, 404, target);
    }
    assert.equal((await send("estimate/traits", "sid\n5001")).status, 400);
    const unknown = await send("create/traits", "nmae\nA");
    assert.equal(unknown.status, 400);
    assert.match(JSON.parse(unknown.text).detail, /did you mean "name"\?/);
  });

  test("where it is none, or larger than a call may be", async () => {
    const json = await send("create/traits", '{"name":"A"}', {
      "Content-Type": "application/json",
    });
    assert.equal(json.status, 415);
    assert.equal((await send("create/traits", "")).status, 400);
    assert.equal((await send("create/traits", `name\n${"A\n".repeat(1_001)}`)).status, 400);
    const csv = await call(node.manageUrl, "/v1/traits/", {
      method: "POST",
      headers: { Authorization: `Bearer ${TEST_TOKEN}`, "Content-Type": "text/csv" },
      body: "name\nA",
    });
    assert.equal(csv.status, 415);
  });

  test("a thousand rows are one publication", async () => {
    const rows = Array.from({ length: 1_000 }, (_, place) => `T${place},1002,n == ${place}`);
    const made = await sheet("create/traits", ["name,dataSourceId,traitRule", ...rows]);
    assert.deepEqual(new Set(codes(made.rows)), new Set(["201"]));
    const ids = made.rows.map((row) => String(result(row).sid));
    const deleted = await sheet("delete/traits", ["sid", ...ids]);
    assert.deepEqual(new Set(codes(deleted.rows)), new Set(["204"]));
    assert.equal(deleted.revision, made.revision + 1);
  });
});
