// Calls while the store of visitors is slow, partly gone or gone: each is answered, says by its code what could not be
// read, and what is answered without one is stored.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { declaredIdentity, deviceIdentity } from "../../src/model/identity-key.ts";
import { asDataSourceId, asPartnerId, parseDeviceId } from "../../src/model/ids.ts";
import {
  graphKeyName,
  identityKeyName,
  identityTag,
  profileKeyName,
} from "../../src/stores/redis/visitor-keys.ts";
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

type Answer = ReturnType<RunningNode["collect"]>;

function see(node: RunningNode, device: string, more = ""): Answer {
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

const CRM = 1001;
const BETA = "beta.dcs.localhost";
const SILENT = 2;
/** The trait of `key2`, which only calls have that come while servers are silent. */
const STORED_MEANWHILE = 5002;

/** The first number of which the key that is made lies on a primary. */
async function numberOn(primary: number, from: number, key: (number: number) => string) {
  for (let number = from; ; number++) {
    if ((await cluster.primaryOf(key(number))) === primary) return number;
  }
}

/** A customer whose records one of the primaries holds. */
async function customerOn(primary: number): Promise<string> {
  const dataSourceId = asDataSourceId(CRM);
  const number = await numberOn(primary, 1, (n) =>
    identityKeyName(identityTag(declaredIdentity({ dataSourceId, id: `customer-${n}` }))),
  );
  return `customer-${number}`;
}

/** Alpha's visitors are merged with the other devices of their last login, Beta's with those of a device graph. */
function mergingWorkspace(graph: number): object {
  // The file has more lists than its readers name.
  const { dataSources, traits, segments } = PROTOCOL_WORKSPACE as unknown as Readonly<
    Record<"dataSources" | "traits" | "segments", readonly { readonly dataSourceId: number }[]>
  >;
  const beta = { pid: 2948, dataSourceId: 2001, name: "Beta's" };
  const rule = { default: true, name: "A rule" };
  const linked = { crossDevice: "LAST", device: "PROFILE_LINK", dataSourceIds: [CRM] };
  const external = { crossDevice: "NONE", device: "EXTERNAL", deviceGraphDataSourceId: graph };
  return {
    ...PROTOCOL_WORKSPACE,
    partners: PROTOCOL_WORKSPACE.partners.map((partner) => ({
      ...partner,
      traitsInResponse: true,
    })),
    dataSources: [
      ...dataSources.map((one) =>
        one.dataSourceId === CRM ? { ...one, authenticatedProfile: true } : one,
      ),
      { ...beta, dataSourceId: graph, idType: "CROSS_DEVICE", deviceGraph: true },
    ],
    traits: [...traits, { ...beta, sid: 5901, traitRule: 'key1 == "val1"' }],
    segments: [...segments, { ...beta, sid: 9901, segmentRule: "5901T" }],
    mergeRules: [
      { ...rule, mergeRuleId: 1, pid: 1957, ...linked },
      { ...rule, mergeRuleId: 2, pid: 2948, ...external },
    ],
  };
}

test("servers fall silent that hold others' records: 201 to 203 say what the answer was made without, and it is stored", async () => {
  await cluster.empty();
  const graph = await numberOn(SILENT, 1_007, (n) => graphKeyName(asDataSourceId(n)));
  const url = `${cluster.url}?timeoutMs=500`;
  await using node = await startSharingNode(url, { workspace: mergingWorkspace(graph) });
  const there = (primary: number) => primary !== SILENT;
  const silent = (primary: number) => primary === SILENT;
  const [hiddenLogin, login] = [await customerOn(SILENT), await customerOn(0)];
  const visitors = [
    { code: "201", host: ALPHA, login: hiddenLogin, other: await deviceOn(there, 10_000) },
    { code: "202", host: ALPHA, login, other: await deviceOn(silent, 20_000) },
    { code: "203", host: BETA, login: null, other: await deviceOn(there, 30_000) },
  ];
  const known: { code: string; own: string; segment: number; see(more?: string): Answer }[] = [];
  for (const [place, { code, host, login, other }] of visitors.entries()) {
    const own = await deviceOn(there, 1_000 * (place + 1));
    const ask = (device: string, more: string) =>
      node.collect(`/event?d_rtbd=json&d_cts=2&d_uuid=${device}${more}`, { host });
    await ask(other, "&key1=val1");
    if (login === null) {
      const body = { clusters: [[own, other]] };
      const put = await node.manage("PUT", `/v1/device-graphs/${graph}`, body);
      assert.equal(put.status, 200, put.text);
    } else {
      for (const device of [other, own]) await ask(device, `&d_cid=${CRM}%01${login}%011`);
    }
    const segment = host === ALPHA ? 9001 : 9901;
    known.push({ code, own, segment, see: (more = "") => ask(own, more) });
  }
  // The other device alone has what the segment asks for.
  for (const { code, segment, see } of known) {
    const whole = await see();
    assert.deepEqual([codesOf(whole), Object(whole.json()).segments], ["", [segment]], code);
  }
  cluster.pausePrimary(SILENT);
  try {
    for (const { code, see } of known) {
      const answer = await see("&key2=val2");
      assert.deepEqual([answer.status, codesOf(answer)], [200, code], answer.text);
      assert.deepEqual(Object(answer.json()).segments ?? [], [], code);
    }
  } finally {
    cluster.resume();
  }
  for (const { code, own, segment, see } of known) {
    let whole = await see();
    while (codesOf(whole) !== "") whole = await see();
    assert.deepEqual(Object(whole.json()).segments, [segment], code);
    if (code !== "203") assert.equal(await countOf(node, own, STORED_MEANWHILE), 1, code);
  }
});

test("200: another device's profile is damaged, and the answer is made without it", async () => {
  await cluster.empty();
  await using node = await startSharingNode(cluster.url, { workspace: mergingWorkspace(1_007) });
  const [own, other] = [await deviceOn(() => true, 1), await deviceOn(() => true, 2)];
  await see(node, other);
  for (const device of [other, own]) {
    const login = `/event?d_rtbd=json&d_uuid=${device}&d_cid=${CRM}%01customer%011`;
    await node.collect(login, { host: ALPHA });
  }
  const ask = () => node.collect(`/event?d_rtbd=json&d_cts=2&d_uuid=${own}`, { host: ALPHA });
  assert.deepEqual(Object((await ask()).json()).segments, [9001]);
  const id = parseDeviceId(other);
  assert.ok(id !== null);
  const profile = { kind: "device", pid: asPartnerId(1957), device: id } as const;
  await cluster.overwrite(profileKeyName(identityTag(deviceIdentity(id)), profile), "damage");
  const answer = await ask();
  assert.deepEqual([answer.status, codesOf(answer)], [200, "200"]);
  assert.deepEqual(Object(answer.json()).segments ?? [], []);
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
