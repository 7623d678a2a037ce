// Who may do what with destinations and mappings: rights that groups were given, at a real node.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bearer, Journey, type Session } from "../support/access-journey.ts";
import { DESTINATIONS_WORKSPACE } from "../support/destinations-workspace.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

let node: RunningNode;
let journey: Journey;
before(async () => {
  node = await startNode({ workspace: DESTINATIONS_WORKSPACE });
  journey = new Journey(node);
});
after(() => node[Symbol.asyncDispose]());

let count = 0;

/** Somebody whose only rights are those of one group. */
async function member(rights: { wildcards?: readonly string[]; permissions?: readonly object[] }) {
  const name = `member${++count}`;
  const group = await journey.made("POST", "/v1/groups/?pid=1957", { name, description: "" });
  const target = `/v1/groups/${group.groupId}`;
  const { wildcards = [], permissions = [] } = rights;
  await journey.made("PUT", `${target}?pid=1957`, { name, description: "", wildcards });
  await journey.made("PUT", `${target}/permissions?pid=1957`, permissions);
  const given = { username: name, groups: [group.groupId] };
  return journey.login(await journey.user(1957, given));
}

async function status({ changing }: Session, line: string, body?: unknown): Promise<number> {
  const [method = "", target = ""] = line.split(" ");
  return (await journey.tell({ method, target, body, headers: changing })).status;
}

const MAPPING = { sid: 9002, url: "https://a.example/" };

test("a segment is mapped by whoever may change the destination and map the segment's data source", async () => {
  const writes = { objectType: "DESTINATION", objectId: 7001, permissions: ["READ", "WRITE"] };
  const maps = { objectType: "SEGMENT", objectId: 1002, permissions: ["MAP_TO_DESTINATION"] };
  const onlyWrites = await member({ permissions: [writes] });
  const onlyMaps = await member({ permissions: [maps] });
  const both = await member({ permissions: [writes, maps] });
  assert.equal(await status(onlyWrites, "POST /v1/destinations/7001/mappings", MAPPING), 403);
  assert.equal(await status(onlyMaps, "POST /v1/destinations/7001/mappings", MAPPING), 403);
  assert.equal(await status(both, "POST /v1/destinations/7001/mappings", MAPPING), 201);
  const other = { sid: 9002, valueAlias: "x" };
  assert.equal(await status(both, "POST /v1/destinations/8001/mappings", other), 403);
  const read = await journey.made("GET", "/v1/destinations/7001/mappings?pid=1957");
  const { mappingId } = read[1];
  const target = `/v1/destinations/7001/mappings/${mappingId}`;
  assert.equal(await status(onlyWrites, `PUT ${target}`, { url: "https://b.example/" }), 403);
  assert.equal(await status(onlyMaps, `DELETE ${target}`), 403);
  assert.equal(await status(onlyMaps, `GET ${target}`), 403);
  assert.equal(await status(onlyWrites, `DELETE ${target}`), 204);
});

test("destinations are made by whoever may make destinations, and then read by whoever may read them", async () => {
  const maker = await member({ wildcards: ["CREATE_DESTINATIONS"] });
  const reader = await member({ wildcards: ["VIEW_ALL_DESTINATIONS"] });
  const body = { name: "Made", destinationType: "PUSH" };
  assert.equal(await status(reader, "POST /v1/destinations/", body), 403);
  const told = { method: "POST", target: "/v1/destinations/", body, headers: maker.changing };
  const made = await journey.tell(told);
  assert.equal(made.status, 201);
  // What nobody may read is not told to whoever made it, either.
  assert.equal(made.text, "{}");
  const target = String(made.headers["location"]);
  assert.equal(await status(maker, `GET ${target}`), 403);
  assert.equal(await status(reader, `GET ${target}`), 200);
  assert.equal(await status(reader, `DELETE ${target}`), 403);
});

test("server destinations are set up by administrators only", async () => {
  const of = async (role: string) =>
    bearer((await journey.token({ roles: [{ pid: 1957, role }] })).token);
  const body = { name: "DSP", destinationType: "S2S", masterDpid: 1001 };
  const create = { method: "POST", target: "/v1/destinations/", body };
  const [editor, administrator] = [await of("editor"), await of("administrator")];
  assert.equal((await journey.tell({ ...create, headers: editor })).status, 403);
  const made = await journey.tell({ ...create, headers: administrator });
  assert.equal(made.status, 201, made.text);
  const { destinationId } = JSON.parse(made.text);
  const target = `/v1/destinations/${destinationId}`;
  const mapping = { sid: 9001, traitAlias: "1" };
  const mapped = { method: "POST", target: `${target}/mappings`, body: mapping, headers: editor };
  assert.equal((await journey.tell(mapped)).status, 201);
  const changed = { method: "PUT", target, body: { ...body, masterDpid: 0 }, headers: editor };
  assert.equal((await journey.tell(changed)).status, 403);
});
