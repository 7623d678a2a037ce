import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld, callOf } from "../../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../../test/support/protocol-vectors.ts";
import { handleId, handleOptOutStatus } from "../id-service/handle-id.ts";
import { handleOptOut } from "./handle-opt-out.ts";

const BROWSER = ["Cookie", "demdex=22920112968019678612904394744954398990"];

async function codesOf(query: string): Promise<readonly number[]> {
  const world = buildWorld(PROTOCOL_WORKSPACE);
  const call = callOf(`/demoptout?${query}`, { headers: BROWSER });
  const { errors } = await handleOptOut(world, call, "opt-out");
  return errors.map(({ code }) => code);
}

test("of IDs some of which are malformed the others are opted out", async () => {
  assert.deepEqual(await codesOf("d_uuid=1&d_cid=1001%01user-1"), [102, 171]);
  assert.deepEqual(await codesOf("d_cid=nope%01x&d_cid=1001%01user-1"), [300, 171]);
});

test("where all are malformed nobody is, the calling browser neither", async () => {
  assert.deepEqual(await codesOf("d_uuid=1"), [102]);
  assert.deepEqual(await codesOf("d_mid=1&d_uuid=2"), [101, 102]);
  assert.deepEqual(await codesOf("d_cid=nope%01x"), [300, 104]);
});

test("a regional host wants the org ID, the service's own says that the empty one is unknown", async () => {
  const world = buildWorld(PROTOCOL_WORKSPACE);
  const codeOn = async (host: string) =>
    (await handleId(world, callOf("/id?d_ver=2", { host }))).errors.map(({ code }) => code);
  assert.deepEqual(await codeOn("irl1.demdex.net"), [1]);
  assert.deepEqual(await codeOn("dpm.demdex.net"), [2]);
  const regional = callOf("/optOutStatus", { host: "irl1.demdex.net" });
  assert.deepEqual(handleOptOutStatus(world, regional).errors[0]?.code, 1);
});
