// Who may do what with models and algorithmic traits: rights that groups were given, at a real node.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Journey, type Session } from "../support/access-journey.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const owner = { pid: 1957, dataSourceId: 1002 };
let node: RunningNode;
let journey: Journey;
before(async () => {
  node = await startNode({
    workspace: {
      partners: PROTOCOL_WORKSPACE.partners,
      dataSources: [
        { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
        { dataSourceId: 1003, pid: 1957, name: "Shop", idType: "COOKIE" },
      ],
      traits: [{ ...owner, sid: 1, name: "Baseline" }],
      mergeRules: [
        {
          mergeRuleId: 1,
          pid: 1957,
          name: "Device",
          crossDevice: "NONE",
          device: "DEVICE",
          default: true,
        },
      ],
      segments: [
        {
          ...owner,
          dataSourceId: 1003,
          sid: 9,
          name: "Segment",
          segmentRule: "1T",
          mergeRuleId: 1,
        },
      ],
    },
  });
  journey = new Journey(node);
});
after(() => node[Symbol.asyncDispose]());

let count = 0;

/** Somebody whose only rights are those of one group. */
async function member(wildcards: readonly string[], permissions: readonly object[] = []) {
  const name = `member${++count}`;
  const group = await journey.made("POST", "/v1/groups/?pid=1957", { name, description: "" });
  const target = `/v1/groups/${group.groupId}`;
  await journey.made("PUT", `${target}?pid=1957`, { name, description: "", wildcards });
  await journey.made("PUT", `${target}/permissions?pid=1957`, permissions);
  const given = { username: name, groups: [group.groupId] };
  return journey.login(await journey.user(1957, given));
}

async function status({ changing }: Session, line: string, body?: unknown): Promise<number> {
  const [method = "", target = ""] = line.split(" ");
  return (await journey.tell({ method, target, body, headers: changing })).status;
}

const MODEL = { name: "Alike", sid: 1, dataSources: [1002] };

test("models are read by whoever may view models, and changed by those of them who may map the baseline", async () => {
  const maps = { objectType: "TRAIT", objectId: 1002, permissions: ["MAP_TO_MODELS"] };
  const views = await member(["VIEW_MODELS"]);
  const onlyMaps = await member(["MAP_ALL_TRAITS_TO_MODELS"]);
  const both = await member(["VIEW_MODELS"], [maps]);
  for (const one of [views, onlyMaps])
    assert.equal(await status(one, "POST /v1/models/", MODEL), 403);
  assert.equal(await status(both, "POST /v1/models/", MODEL), 201);
  const [{ algoModelId }] = await journey.made("GET", "/v1/models/?pid=1957");
  const target = `/v1/models/${algoModelId}`;
  const readings = ["", "/runs/latest/traits", "/runs/latest/stats", "/processing-history"];
  for (const reading of readings) {
    assert.equal(await status(views, `GET ${target}${reading}`), 200, reading);
    assert.equal(await status(onlyMaps, `GET ${target}${reading}`), 403, reading);
  }
  const listed = await journey.tell({
    method: "GET",
    target: "/v1/models/",
    headers: onlyMaps.changing,
  });
  assert.deepEqual(JSON.parse(listed.text), []);
  for (const one of [views, onlyMaps]) {
    assert.equal(await status(one, `PUT ${target}`, MODEL), 403);
    assert.equal(await status(one, `POST ${target}/runs`), 403);
    assert.equal(await status(one, `DELETE ${target}`), 403);
  }
  // A right over traits of one data source is none over segments of another: not to a baseline, nor from one.
  assert.equal(await status(both, `PUT ${target}`, { ...MODEL, sid: 9 }), 403);
  const ofSegments = await member(["VIEW_MODELS", "MAP_ALL_SEGMENTS_TO_MODELS"]);
  assert.equal(await status(ofSegments, `PUT ${target}`, { ...MODEL, sid: 9 }), 403);
  assert.equal(await status(ofSegments, "POST /v1/models/", { ...MODEL, sid: 9 }), 201);
  assert.equal(await status(both, `PUT ${target}`, { ...MODEL, name: "Other" }), 200);
  assert.equal(await status(both, `DELETE ${target}`), 204);
});

test("models of another partner are not there", async () => {
  const made = await journey.made("POST", "/v1/models/?pid=1957", MODEL);
  const other = PROTOCOL_WORKSPACE.partners.find(({ pid }) => pid !== 1957)?.pid;
  const target = `/v1/models/${made.algoModelId}?pid=${other}`;
  assert.equal((await node.manage("GET", target)).status, 404);
  assert.equal((await node.manage("DELETE", target)).status, 404);
  const trait = { name: "X", dataSourceId: 1002, traitType: "ALGO_TRAIT" };
  const body = { ...trait, algoModelId: made.algoModelId };
  assert.equal((await node.manage("POST", `/v1/traits/?pid=${other}`, body)).status, 400);
});

test("algorithmic traits are made by whoever may make algorithmic traits, and no other traits", async () => {
  const maker = await member(["CREATE_ALL_ALGO_TRAITS"]);
  const trait = { name: "Alike", dataSourceId: 1002 };
  assert.equal(await status(maker, "POST /v1/traits/", { ...trait, traitType: "ALGO_TRAIT" }), 201);
  assert.equal(await status(maker, "POST /v1/traits/", trait), 403);
});
