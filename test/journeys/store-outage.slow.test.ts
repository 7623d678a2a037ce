// Calls while the store of visitors is slow, partly gone or gone: each is answered, says by its code what could not be
// read, and what is answered without one is stored.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deviceIdentity } from "../../src/model/identity-key.ts";
import { parseDeviceId } from "../../src/model/ids.ts";
import { identityKeyName, identityTag } from "../../src/stores/redis/visitor-keys.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.ts";
import { ALPHA, codesOf, countOf, startSharingNode } from "../support/several-nodes.ts";
import type { RunningNode } from "../support/start-node.ts";

const TRAIT = 5001;

let cluster: RedisCluster;
before(async () => {
  cluster = await startRedisCluster();
});
after(() => cluster.stop());

/** A new device whose keys one of the primaries holds, or none of those before. */
async function deviceOn(isWanted: (primary: number) => boolean, from: number): Promise<string> {
  for (let number = from; ; number++) {
    const device = String(number).padStart(38, "3");
    const id = parseDeviceId(device);
    assert.ok(id !== null);
    if (isWanted(await cluster.primaryOf(identityKeyName(identityTag(deviceIdentity(id))))))
      return device;
  }
}

function see(node: RunningNode, device: string, more = ""): ReturnType<RunningNode["collect"]> {
  return node.collect(`/event?d_rtbd=json&key1=val1&d_uuid=${device}${more}`, { host: ALPHA });
}

test("a slow store makes answers late, and nothing else", async () => {
  await cluster.empty();
  await using node = await startSharingNode(cluster.url, { workspace: PROTOCOL_WORKSPACE });
  const device = await deviceOn(() => true, 1);
  await cluster.slowDown(400);
  const answers = await Promise.all(Array.from({ length: 50 }, () => see(node, device)));
  assert.deepEqual(new Set(answers.map(codesOf)), new Set([""]));
  assert.equal(await countOf(node, device, TRAIT), 50);
});

test("a store that is slower than it may be: nothing is claimed, nothing stored twice, and all is well afterwards", async () => {
  await cluster.empty();
  const url = `${cluster.url}?timeoutMs=100`;
  await using node = await startSharingNode(url, { workspace: PROTOCOL_WORKSPACE });
  const device = await deviceOn(() => true, 1);
  await cluster.slowDown(1_000);
  let sent = 0;
  let answered = 0;
  const call = async (): Promise<string> => {
    sent++;
    const answer = await see(node, device);
    assert.equal(answer.status, 200);
    const code = codesOf(answer);
    if (code === "") answered++;
    // Whether the visitor has opted out cannot be known, so nothing is said of it.
    else assert.deepEqual([code, Object(answer.json()).uuid], ["0", undefined]);
    return code;
  };
  assert.equal(await call(), "0");
  while ((await call()) !== "");
  const counted = await countOf(node, device, TRAIT);
  assert.ok(counted >= answered && counted <= sent, `${counted} of ${answered} to ${sent}`);
});

// The last one: the cluster is not whole again afterwards.
test("a primary dies: who lies on others is served and stored throughout, the rest after its replica took over", async () => {
  await cluster.empty();
  const url = `${cluster.url}?timeoutMs=300`;
  await using node = await startSharingNode(url, { workspace: PROTOCOL_WORKSPACE });
  const hit = await deviceOn((primary) => primary === 0, 1);
  const spared = await deviceOn((primary) => primary === 1, 1);
  const answered = { hit: 0, spared: 0 };
  const sent = { hit: 0, spared: 0 };
  const seen = new Set<string>();
  const callBoth = async (): Promise<string> => {
    sent.hit++;
    sent.spared++;
    const [ofHit, ofSpared] = await Promise.all([see(node, hit), see(node, spared)]);
    assert.deepEqual([ofHit.status, ofSpared.status, codesOf(ofSpared)], [200, 200, ""]);
    const code = codesOf(ofHit);
    if (code === "") answered.hit++;
    answered.spared++;
    seen.add(code);
    return code;
  };
  assert.equal(await callBoth(), "");
  const id = parseDeviceId(hit);
  assert.ok(id !== null);
  await cluster.killPrimaryOf(identityKeyName(identityTag(deviceIdentity(id))));
  while ((await callBoth()) === "");
  while ((await callBoth()) !== "");
  assert.deepEqual(seen, new Set(["", "0"]));
  assert.equal(await countOf(node, spared, TRAIT), answered.spared);
  const counted = await countOf(node, hit, TRAIT);
  assert.ok(
    counted >= answered.hit && counted <= sent.hit,
    `${counted} of ${answered.hit} to ${sent.hit}`,
  );
});
