// People who log in and out on several devices, over a real node of two workers: what is linked, who was
// last, what is counted, and which segments follow under each merge rule.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { seededRandom } from "../support/random.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const T0 = Date.UTC(2026, 0, 1, 12);
const SEED = 31;
const ROUNDS = 25;
const DEVICES = Array.from({ length: 10 }, (_, place) => String(place + 1).padStart(38, "0"));
const PEOPLE = ["john", "jane"];
const ENOUGH = 25;

const owner = { pid: 1957, dataSourceId: 1002 };
const WORKSPACE = {
  ...PROTOCOL_WORKSPACE,
  destinations: [],
  mergeRules: [
    { mergeRuleId: 1, pid: 1957, name: "Device", crossDevice: "NONE", device: "DEVICE" },
    rule(2, "CURRENT", "NO_DEVICE", [1001]),
    rule(3, "LAST", "DEVICE", [1001, 1004]),
    rule(4, "LAST", "PROFILE_LINK", [1001]),
  ],
  segments: [
    // Offers for who looked for flights, hotels and tours, wherever that was.
    ...[1, 2, 3, 4].map((mergeRuleId) => ({
      ...{ ...owner, sid: 9100 + mergeRuleId, name: `Holiday ${mergeRuleId}`, mergeRuleId },
      segmentRule: "5001T AND 5002T AND 5005T",
    })),
    {
      ...{ ...owner, sid: 9200, name: "Often", mergeRuleId: 3 },
      segmentRule: `frequency([5010T]) >= ${ENOUGH}`,
    },
  ],
};

let node: RunningNode;
before(async () => {
  const args = ["--domain", "demdex.net"];
  node = await startNode({ workspace: WORKSPACE, workers: 2, args });
});
after(() => node[Symbol.asyncDispose]());
beforeEach(async () => {
  await manage("POST", "/v1/reset");
  await setClock(T0);
});

interface Call {
  readonly device: string;
  readonly person: string | null;
  readonly state: 0 | 1 | 2;
  readonly at: number;
}

test("two callers on ten devices in parallel leave what one after another would have left", async () => {
  const random = seededRandom(SEED);
  const calls: Call[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const at = T0 + round * 1000;
    await setClock(at);
    const ofRound = DEVICES.map((device): Call => {
      const person = random.chance(0.25) ? null : random.chance(0.8) ? "john" : "jane";
      return { device, person, state: random.pick([0, 1, 1, 2]), at };
    });
    const callers = [ofRound.slice(0, 5), ofRound.slice(5)];
    await Promise.all(callers.flatMap((caller) => caller.map(sendCall)));
    calls.push(...ofRound);
  }
  const where = `seed ${SEED}`;
  for (const device of DEVICES) {
    const visitor = await ask(`uuid=${device}`);
    assert.deepEqual(sorted(visitor.links), sorted(linksOn(calls, device)), `${where}: ${device}`);
    assert.equal(countIn(visitor, `dev:${device}`), countOf(calls, device, null), where);
  }
  for (const person of PEOPLE) {
    const visitor = await ask(`dataSourceId=1001&id=${person}`);
    assert.equal(countIn(visitor, `auth:1001:${person}`), countOf(calls, null, person), where);
    // Beside the person's links the visitor has those of the device that the person was last on.
    const own = visitor.links.filter(({ id }) => id === person);
    const links = DEVICES.flatMap((device) => linksOn(calls, device));
    assert.deepEqual(sorted(own), sorted(links.filter(({ id }) => id === person)), where);
  }
  for (const device of DEVICES) {
    const last = lastOn(calls, device);
    const count = countOf(calls, device, null) + (last === null ? 0 : countOf(calls, null, last));
    assert.deepEqual(await segments(`d_uuid=${device}`), count >= ENOUGH ? [9200] : [], where);
  }
});

test("three devices of one person: who was last there decides, and all of them are told", async () => {
  const [flights = "", hotels = "", tours = "", strange = ""] = DEVICES;
  await segments(`d_uuid=${flights}&key1=val1&d_cid=1001%01john%010`);
  await segments(`d_uuid=${hotels}&key2=val2&d_cid=1001%01john%010`);
  await segments(`d_uuid=${strange}&color=red&d_cid=1001%01jane%011`);
  await setClock(T0 + 1000);
  assert.deepEqual(await segments(`d_uuid=${tours}&color=red`), []);
  assert.deepEqual(await segments(`d_uuid=${tours}&d_cid=1001%01john%012`), [9104]);
  for (const device of [flights, hotels, tours]) {
    const { profiles } = await ask(`uuid=${device}`);
    assert.deepEqual(
      profiles[0]?.segments.map(({ sid }) => sid),
      [9104],
      device,
    );
  }
  // Somebody else logs in on one of them, which is hers from then on.
  await setClock(T0 + 2000);
  assert.deepEqual(await segments(`d_uuid=${hotels}&d_cid=1001%01jane%011`), []);
  assert.deepEqual(await segments(`d_uuid=${tours}`), []);
});

test("logged in, only the person is told; logged out, the last login still counts where the rule says so", async () => {
  const [device = ""] = DEVICES;
  const all = "key1=val1&key2=val2&color=red";
  const john = `d_uuid=${device}&d_cid=1001%01john`;
  assert.deepEqual(await segments(`${john}%011&${all}`), [9102, 9103, 9104]);
  await setClock(T0 + 1000);
  assert.deepEqual(await segments(`${john}%012`), [9103, 9104]);
  assert.deepEqual(await segments(`d_uuid=${device}`), [9103, 9104]);
  // Nothing was written to the device.
  assert.equal((await ask(`uuid=${device}`)).profiles[0]?.traits.length, 0);
});

test("a household and a person are merged with the device", async () => {
  const [here = "", there = ""] = DEVICES;
  await segments(`d_uuid=${here}&key1=val1&d_cid=1004%01house%011`);
  await segments(`d_uuid=${there}&key2=val2&d_cid=1001%01john%011`);
  await setClock(T0 + 1000);
  const both = "d_cid=1004%01house%010&d_cid=1001%01john%010";
  assert.deepEqual(await segments(`d_uuid=${there}&color=red&${both}`), [9103]);
  assert.deepEqual(await segments(`d_uuid=${here}`), []);
});

function rule(mergeRuleId: number, crossDevice: string, device: string, dataSourceIds: number[]) {
  const name = `${crossDevice} and ${device}`;
  return { mergeRuleId, pid: 1957, name, crossDevice, device, dataSourceIds };
}

function linksOn(calls: readonly Call[], device: string) {
  return PEOPLE.flatMap((id) => {
    const named = calls.filter((call) => call.device === device && call.person === id);
    const last = named.at(-1);
    if (last === undefined) return [];
    const lastAuth = named.findLast(({ state }) => state === 1)?.at ?? null;
    return [
      { dataSourceId: 1001, id, uuid: device, state: last.state, lastSync: last.at, lastAuth },
    ];
  });
}

/** Who was the last to log in on a device; where nobody ever did, who was named last. */
function lastOn(calls: readonly Call[], device: string): string | null {
  const named = calls.filter((call) => call.device === device && call.person !== null);
  return (named.findLast(({ state }) => state === 1) ?? named.at(-1))?.person ?? null;
}

/** How many calls went to a device's profile, or to a person's. */
function countOf(calls: readonly Call[], device: string | null, person: string | null): number {
  return calls.filter((call) => {
    const isLogin = call.person !== null && call.state === 1;
    return person === null ? call.device === device && !isLogin : isLogin && call.person === person;
  }).length;
}

async function sendCall({ device, person, state }: Call): Promise<void> {
  const id = person === null ? "" : `&d_cid=1001%01${person}%01${state}`;
  await segments(`d_uuid=${device}&d_sid=5010${id}`);
}

/** The segments that a call answers with. */
async function segments(query: string): Promise<number[]> {
  const target = `/event?d_rtbd=json&d_cts=2&${query}`;
  const answer = await node.collect(target, { host: "alpha.demdex.net" });
  assert.equal(answer.headers["x-error"], undefined, answer.text);
  return Object(answer.json()).segments;
}

interface Visitor {
  readonly links: readonly { readonly id: string }[];
  readonly profiles: readonly {
    readonly profile: string;
    readonly traits: readonly { readonly sid: number; readonly count: number }[];
    readonly segments: readonly { readonly sid: number }[];
  }[];
}

async function ask(query: string): Promise<Visitor> {
  // The documented form.
  return (await manage("GET", `/v1/partners/1957/visitors?${query}`)).json() as Visitor;
}

function countIn({ profiles }: Visitor, name: string): number {
  const traits = profiles.find(({ profile }) => profile === name)?.traits ?? [];
  return traits.find(({ sid }) => sid === 5010)?.count ?? 0;
}

function sorted(links: readonly object[]): readonly string[] {
  return links.map((link) => JSON.stringify(link)).sort();
}

async function setClock(time: number): Promise<void> {
  await manage("PUT", "/v1/clock", { now: new Date(time).toISOString() });
}

async function manage(method: string, target: string, body?: unknown): Promise<HttpAnswer> {
  const answer = await node.manage(method, target, body);
  assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${target}: ${answer.text}`);
  return answer;
}
