// Users and tokens of nodes that share a store: made on one, in force on all.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ACCESS_WORKSPACE, bearer, Journey } from "../support/access-journey.ts";
import { type RedisServer, startRedisServer } from "../support/redis-cluster.ts";
import { startSharingNode } from "../support/several-nodes.ts";
import type { RunningNode } from "../support/start-node.ts";

let server: RedisServer;
let first: RunningNode;
let second: RunningNode;
before(async () => {
  server = await startRedisServer();
  first = await startSharingNode(server.url, { workspace: ACCESS_WORKSPACE });
  second = await startSharingNode(server.url);
});
after(async () => {
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  await server.stop();
});

type Ask = () => Promise<number>;

/** Asks again and again; the suite's own limit of time ends it where the answer never changes. */
async function until(status: number, ask: Ask): Promise<void> {
  while ((await ask()) !== status);
}

test("a token of one node is good on all, and is unknown on all soon after it is revoked", async () => {
  const [one, other] = [new Journey(first), new Journey(second)];
  const { id, token } = await one.token({ roles: [{ pid: 1957, role: "viewer" }] });
  const target = "/v1/users/self";
  const ask = (journey: Journey) => async () =>
    (await journey.tell({ method: "GET", target, headers: bearer(token) })).status;
  assert.equal(await ask(other)(), 200);
  assert.equal((await one.order("DELETE", `/v1/tokens/${id}`)).status, 204);
  assert.equal(await ask(one)(), 401);
  await until(401, ask(other));
});

test("a session goes on at another node, and ends on all when its user is locked on one", async () => {
  const [one, other] = [new Journey(first), new Journey(second)];
  const anna = await one.user(1957, { username: "anna" });
  const { reading } = await other.login(anna);
  const ask = (journey: Journey) => async () =>
    (await journey.tell({ method: "GET", target: "/session", headers: reading })).status;
  assert.deepEqual([await ask(one)(), await ask(other)()], [200, 200]);
  await one.made("PUT", `/v1/users/${anna.userId}?pid=1957`, { status: "LOCKED" });
  assert.equal(await ask(one)(), 401);
  await until(401, ask(other));
});

test("what nodes change at once is done one after the other, and all of it is there", async () => {
  const journeys = [new Journey(first), new Journey(second)];
  const names = Array.from({ length: 12 }, (_, n) => `group-${n}`);
  const made = await Promise.all(
    names.map((name, n) => journeys[n % 2]?.made("POST", "/v1/groups/?pid=1957", { name })),
  );
  assert.equal(new Set(made.map(({ groupId }) => groupId)).size, names.length);
  for (const journey of journeys) {
    const listed = await journey.made("GET", "/v1/groups/?pid=1957");
    assert.deepEqual(listed.map(({ name }: { name: string }) => name).sort(), names.toSorted());
  }
  const { list } = await new Journey(second).made("GET", "/v1/audit?change=group.created");
  assert.equal(list.length, names.length);
});
