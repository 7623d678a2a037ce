// What clients of the visitor-ID service rely on, and what an ID sync may not give away.

import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld, callOf } from "../../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../../test/support/protocol-vectors.ts";
import { handleSync } from "../id-sync/handle-sync.ts";
import type { EventReply } from "../reply.ts";
import { handleId } from "./handle-id.ts";

const SHOP = "https%3A%2F%2Fshop.good.example%2F%3Fu%3D%24%7BDD_UUID%7D";
const EVIL = "https%3A%2F%2Fevil.example%5C.good.example%2F%24%7BDD_UUID%7D";

function codesOf({ errors }: EventReply): number[] {
  return errors.map(({ code }) => code);
}

test("a child gets a new visitor ID at each call, no cookie and no syncs", async () => {
  const world = buildWorld(PROTOCOL_WORKSPACE);
  const headers = ["Cookie", "demdex=22920112968019678612904394744954398990"];
  const mids = new Set<string>();
  for (let call = 0; call < 5; call++) {
    const reply = await handleId(world, callOf("/id?d_coppa=true", { headers }));
    const body = JSON.parse(reply.body);
    mids.add(body.d_mid);
    assert.deepEqual([reply.cookies, body.ibs], [[], []]);
  }
  assert.equal(mids.size, 5);
});

test("warnings are told, but set no message that would make clients send their IDs again", async () => {
  const world = buildWorld(PROTOCOL_WORKSPACE);
  const reply = await handleId(world, callOf("/id?d_cid=nope%01x&d_cb=a.b%5B0%5D"));
  assert.deepEqual([reply.form, codesOf(reply)], ["jsonp", [300, 104]]);
  const body = JSON.parse(reply.body.slice("a.b[0](".length, -1));
  assert.equal(body.error_msg, undefined);
  assert.match(body.d_mid, /^[0-9]{38}$/);
});

test("a HEAD links nothing and sets nothing", async () => {
  const world = buildWorld(PROTOCOL_WORKSPACE);
  for (const [handle, target] of [
    [handleId, "/id?d_cid=1001%01jane%011"],
    [handleSync, "/ibs:d_cid=1001%01jane"],
  ] as const) {
    const reply = await handle(world, callOf(target, { method: "HEAD" }));
    assert.deepEqual([reply.cookies, codesOf(reply)], [[], []]);
  }
  const first = await handleId(world, callOf("/id?d_cid=1001%01jane"));
  const again = await handleId(world, callOf("/id?d_cid=1001%01jane"));
  // Only the GET before it made the link that this one follows.
  assert.equal(JSON.parse(first.body).d_mid, JSON.parse(again.body).d_mid);
});

test("a sync leads only where its data source allows, and nowhere when its ID was refused", async () => {
  const dataSources = PROTOCOL_WORKSPACE_SOURCES.map((one) =>
    one.dataSourceId === 3001 ? { ...one, redirectAllowList: ["good.example"] } : one,
  );
  const world = buildWorld({ ...PROTOCOL_WORKSPACE, dataSources });
  const sync = (data: string) => handleSync(world, callOf(`/ibs:${data}`));
  const led = await sync(`dpid=3001&dpuuid=a&redir=${SHOP}`);
  assert.match(led.location ?? "", /^https:\/\/shop\.good\.example\/\?u=[0-9]{38}$/);
  const stopped = await sync(`dpid=3001&dpuuid=a&redir=${EVIL}`);
  assert.deepEqual([codesOf(stopped), stopped.location, stopped.cookies], [[311], undefined, []]);
  const refused = await sync(`dpid=2001&dpuuid=a&redir=${SHOP}`);
  assert.deepEqual([codesOf(refused), refused.location], [[302, 104], undefined]);
  const nobody = await sync(`redir=${SHOP}`);
  assert.deepEqual([codesOf(nobody), nobody.location], [[], undefined]);
});

// The workspace of the vectors, whose shape every test that reads it checks.
const { dataSources: PROTOCOL_WORKSPACE_SOURCES } = PROTOCOL_WORKSPACE as unknown as {
  dataSources: readonly { readonly dataSourceId: number }[];
};
