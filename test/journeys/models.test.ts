// Look-alike models over a real node.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parse } from "csv-parse/sync";
import { managementVector } from "../support/management-vectors.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { call, type RunningNode, startNode, TEST_TOKEN } from "../support/start-node.ts";

const owner = { pid: 1957, dataSourceId: 1002 };

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: {
      partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
      dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
      traits: [
        { ...owner, sid: 1, name: "Baseline", traitRule: 't == "1"' },
        { ...owner, sid: 2, name: "Alike", traitRule: 't == "2"' },
        { ...owner, sid: 3, name: "Unlike", traitRule: 't == "3"' },
        { ...owner, sid: 12, name: "Lookalike", traitType: "ALGO_TRAIT" },
        { ...owner, sid: 13, name: "Another", traitType: "ALGO_TRAIT" },
      ],
    },
    args: ["--domain", "demdex.net"],
  });
});
after(() => node[Symbol.asyncDispose]());

const MODEL = { name: "Alike", sid: 1, dataSources: [1002] };

const M30 = managementVector("M30");
test(`M30: ${M30.method} ${M30.target} is answered with ${M30.status} and the traits that use it`, async () => {
  const deletions: number[] = [];
  for (let id = 1; id <= 7; id++) {
    const made = await node.manage("POST", "/v1/models/", MODEL);
    assert.equal(JSON.parse(made.text).algoModelId, id);
    if (id < 7) deletions.push(id);
  }
  for (const sid of [13, 12]) {
    const trait = { name: "Lookalike", dataSourceId: 1002, traitType: "ALGO_TRAIT" };
    const body = { ...trait, algoModelId: 7 };
    assert.equal((await node.manage("PUT", `/v1/traits/${sid}`, body)).status, 200);
  }
  const refused = await node.manage(M30.method, M30.target);
  assert.deepEqual([refused.status, JSON.parse(refused.text)], [M30.status, M30.body]);
  // One that is in use keeps the others.
  const several = await node.manage("POST", "/v1/models/bulk-delete", [...deletions, 7]);
  assert.deepEqual([several.status, JSON.parse(several.text)], [400, [12, 13]]);
  const deleted = await node.manage("POST", "/v1/models/bulk-delete", deletions);
  assert.equal(deleted.status, 204, deleted.text);
});

test("a partner has at most twenty active models", async () => {
  const ids: number[] = [];
  for (let count = 1; count < 20; count++) {
    const made = await node.manage("POST", "/v1/models/", MODEL);
    assert.equal(made.status, 201, made.text);
    ids.push(JSON.parse(made.text).algoModelId);
  }
  const refused = await node.manage("POST", "/v1/models/", MODEL);
  assert.equal(refused.status, 409);
  assert.equal(JSON.parse(refused.text).error, "limit_exceeded");
  const paused = await node.manage("POST", "/v1/models/", { ...MODEL, status: "INACTIVE" });
  assert.equal(paused.status, 201, paused.text);
  ids.push(JSON.parse(paused.text).algoModelId);
  assert.equal((await node.manage("POST", "/v1/models/bulk-delete", ids)).status, 204);
});

async function statusOf(id: number): Promise<Record<string, unknown>> {
  return JSON.parse((await node.manage("GET", `/v1/models/${id}`)).text);
}

test("a run finds what tells the baseline from others, and how many look like it", async () => {
  // Thirty of the baseline, five who are like them, thirty who are not.
  for (let number = 1; number <= 65; number++) {
    const device = `${number}`.padStart(38, "0");
    const traits = number <= 30 ? "t=1&t=2" : number <= 35 ? "t=2" : "t=3";
    const answer = await node.collect(`/event?d_uuid=${device}&${traits}`, {
      headers: { Host: "alpha.demdex.net" },
    });
    assert.equal(answer.status, 200);
  }
  const made = JSON.parse((await node.manage("POST", "/v1/models/", MODEL)).text);
  const path = `/v1/models/${made.algoModelId}`;
  const begun = await node.manage("POST", `${path}/runs/`);
  assert.equal(begun.status, 202, begun.text);
  let model = await statusOf(made.algoModelId);
  while (model["processingStatus"] !== "DONE") model = await statusOf(made.algoModelId);
  assert.equal(model["lastRunStatus"], "SUCCESS", JSON.stringify(model));
  assert.equal(model["lastSuccessfulRunTimestamp"], model["lastRunTimestamp"]);
  // Runs leave the model as it was.
  assert.equal(model["algoModelVersion"], 1);
  const read = async (what: string) =>
    JSON.parse((await node.manage("GET", `${path}/${what}`)).text);
  const alike = { sid: 2, uniques: 35, count: 35, weight: 1, rank: 1 };
  assert.deepEqual(await read("runs/latest/traits/"), [alike]);
  const stats = await read("runs/latest/stats/");
  assert.equal(stats.length, 21);
  assert.deepEqual(stats[0], { AccuracyValue: 0, ReachValue: 35 });
  assert.deepEqual(stats[20], { AccuracyValue: 1, ReachValue: 5 });
  assert.deepEqual(await read("processing-history/"), [model["lastRunTimestamp"]]);
  assert.equal((await node.manage("POST", "/v1/models/4711/runs")).status, 404);
});

test("models are made, changed and deleted by sheets, row by row", async () => {
  const sheet = async (operation: string, lines: readonly string[]) => {
    const answer = await call(node.manageUrl, `/v1/bulk/${operation}/models`, {
      method: "POST",
      headers: { Authorization: `Bearer ${TEST_TOKEN}`, "Content-Type": "text/csv" },
      body: lines.join("\n"),
    });
    assert.equal(answer.status, 200, answer.text);
    const rows: Record<string, string>[] = parse(answer.text, { columns: true });
    return rows.map((row) => [row["resultCode"], JSON.parse(row["result"] || "null")] as const);
  };
  const header = "name,sid,algoTypeId,lookBackPeriod,dataSources,excludedTraits,status";
  const created = await sheet("create", [header, 'A,1,1,60,1002,"3,2",1', "B,4711,1,30,1002,,"]);
  const [[code, model] = [], [faulty, problem] = []] = created;
  assert.deepEqual([code, faulty], ["201", "400"], JSON.stringify(created));
  assert.deepEqual(
    [model.lookBackPeriod, model.excludedTraits, model.status],
    [60, [2, 3], "ACTIVE"],
  );
  assert.equal(problem.errors[0].at, "/sid");
  const id = model.algoModelId;
  const updated = await sheet("update", ["algoModelId,name,status", `${id},Renamed,INACTIVE`]);
  assert.equal(updated[0]?.[0], "200", JSON.stringify(updated));
  assert.deepEqual(updated[0]?.[1], (await sheet("request", ["algoModelId", `${id}`]))[0]?.[1]);
  const now = await statusOf(id);
  const { name, status, lookBackPeriod, excludedTraits } = now;
  assert.deepEqual(
    [name, status, lookBackPeriod, excludedTraits],
    ["Renamed", "INACTIVE", 60, [2, 3]],
  );
  const deleted = await sheet("delete", ["algoModelId", `${id}`, `${id}`, "7"]);
  assert.deepEqual(
    deleted.map(([each]) => each),
    ["204", "404", "400"],
  );
  assert.equal((await node.manage("GET", `/v1/models/${id}`)).status, 404);
});
