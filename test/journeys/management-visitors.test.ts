// What the management plane of a real node says of visitors, and what it is told of them: links, opt-outs,
// the deny list and device graphs.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { DescribedVisitor } from "../../src/admin/describe-visitor.ts";
import type { HttpAnswer } from "../support/http-call.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const owner = { pid: 1957, dataSourceId: 1002 };
const WORKSPACE = {
  partners: [
    { pid: 1957, alias: "alpha", name: "Alpha", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" },
    { pid: 1958, alias: "beta", name: "Beta", orgId: "B1B2C3D4E5F60718293A4B5C@AdobeOrg" },
  ],
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE", retentionMonths: 12 },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
    { dataSourceId: 1003, pid: 1957, name: "Graph", idType: "COOKIE", deviceGraph: true },
    { dataSourceId: 2001, pid: 1958, name: "CRM", idType: "CROSS_DEVICE" },
  ],
  traits: [{ ...owner, sid: 5001, name: "Blue", traitRule: 'color == "blue"' }],
  segments: [{ ...owner, sid: 9001, name: "Blues", segmentRule: "5001T" }],
};

const T0 = Date.UTC(2026, 0, 1, 12);
const DAY_MS = 86_400_000;
const FIRST = "22920112968019678612904394744954398990";
const SECOND = "00000000000000000010000000000000000002";

let node: RunningNode;
before(async () => {
  const args = ["--domain", "demdex.net"];
  node = await startNode({ workspace: WORKSPACE, workers: 2, args });
});
after(() => node[Symbol.asyncDispose]());
beforeEach(async () => {
  await ok(node.manage("POST", "/v1/reset"));
  await setClock(T0);
});

describe("the why of a segment", () => {
  test("is told for a device, for a declared ID, now and at another time", async () => {
    await event(`d_uuid=${FIRST}&color=blue`);
    const now = await explain(`uuid=${FIRST}&segment=9001`);
    assert.equal(now.status, 200);
    const { segment, member, at, proof } = JSON.parse(now.text);
    assert.deepEqual([segment, member, at, proof.kind], [9001, true, T0, "evaluated"]);
    assert.equal(proof.summary[1], "Held: trait 5001.");
    const mid = (await ask(`uuid=${FIRST}`)).mid;
    assert.equal((await explain(`mid=${mid}&segment=9001`)).text, now.text);
    const before = await explain(`uuid=${FIRST}&segment=9001&at=2025-12-31T00:00:00Z`);
    assert.equal(JSON.parse(before.text).member, false);
    const nobody = await explain("dataSourceId=1001&id=nobody&segment=9001");
    assert.equal(JSON.parse(nobody.text).member, false);
  });

  test("is refused with the place of what is wrong", async () => {
    const faults = async (query: string) => {
      const { status, text } = await explain(query);
      return [status, JSON.parse(text).errors?.[0]?.at];
    };
    assert.deepEqual(await faults(`uuid=${FIRST}`), [400, ""]);
    assert.deepEqual(await faults(`uuid=${FIRST}&segment=1`), [404, "/segment"]);
    assert.deepEqual(await faults("uuid=1&segment=9001"), [400, "/uuid"]);
    assert.deepEqual(await faults(`uuid=${FIRST}&segment=9001&at=soon`), [400, "/at"]);
  });
});

describe("a visitor", () => {
  test("has the links of its device with state and times, and the profiles of both", async () => {
    await event(`d_uuid=${FIRST}&color=blue&d_cid=1001%01jane%010`);
    await setClock(T0 + 1_000);
    await event(`d_uuid=${FIRST}&color=blue&d_cid=1001%01jane%011`);
    await setClock(T0 + 2_000);
    await event(`d_uuid=${FIRST}&d_cid=1001%01jane%012`);
    const visitor = await ask(`uuid=${FIRST}`);
    assert.equal(visitor.uuid, FIRST);
    assert.deepEqual(visitor.links, [link("jane", FIRST, 2, T0 + 2_000, T0 + 1_000)]);
    assert.deepEqual(
      visitor.profiles.map(({ profile, lastSeen, traits }) => [profile, lastSeen, traits.length]),
      [
        [`dev:${FIRST}`, T0 + 2_000, 1],
        ["auth:1001:jane", T0 + 2_000, 1],
      ],
    );
    assert.deepEqual(await ask(`mid=${visitor.mid}`), visitor);
  });

  test("asked by a declared ID is the device last linked to it, with all links of the ID", async () => {
    await event(`d_uuid=${FIRST}&d_cid=1001%01jane%011`);
    await setClock(T0 + 1_000);
    await event(`d_uuid=${SECOND}&d_cid=1001%01jane%010`);
    const visitor = await ask("dataSourceId=1001&id=jane");
    assert.equal(visitor.uuid, SECOND);
    assert.deepEqual(visitor.links, [
      link("jane", SECOND, 0, T0 + 1_000, null),
      link("jane", FIRST, 1, T0, T0),
    ]);
    const byDevice = await ask(`uuid=${SECOND}`);
    assert.equal(visitor.mid, byDevice.mid);
    assert.deepEqual(visitor.profiles, byDevice.profiles);
  });

  test("asked by an ID that nobody named has neither device nor anything else", async () => {
    const nobody = { pid: 1957, uuid: null, mid: null, links: [], profiles: [], optOuts: [] };
    assert.deepEqual(await ask("dataSourceId=1001&id=nobody"), nobody);
  });

  test("loses links, and the device last linked, 120 days after it was last seen", async () => {
    await event(`d_uuid=${FIRST}&d_cid=1001%01jane%011`);
    await setClock(T0 + 100 * DAY_MS);
    await event(`d_uuid=${FIRST}`);
    await setClock(T0 + 220 * DAY_MS);
    assert.equal((await ask(`uuid=${FIRST}`)).links.length, 1);
    await setClock(T0 + 221 * DAY_MS);
    assert.deepEqual((await ask(`uuid=${FIRST}`)).links, []);
    const visitor = await ask("dataSourceId=1001&id=jane");
    assert.deepEqual([visitor.uuid, visitor.links], [null, []]);
    assert.deepEqual(
      visitor.profiles.map(({ profile }) => profile),
      ["auth:1001:jane"],
    );
  });

  test("keeps from one partner what another one links and hears", async () => {
    await event(`d_uuid=${FIRST}&d_cid=2001%01jim%011`, "beta.demdex.net");
    await node.collect(`/demoptout?d_uuid=${FIRST}`, { host: "beta.demdex.net" });
    const visitor = await ask(`uuid=${FIRST}`);
    assert.deepEqual([visitor.links, visitor.profiles, visitor.optOuts], [[], [], []]);
    assert.equal((await ask(`uuid=${FIRST}`, 1958)).links.length, 1);
  });

  test("has the opt-outs of its device and of its declared IDs", async () => {
    await event(`d_uuid=${FIRST}&d_cid=1001%01jane%011`);
    await setClock(T0 + 5_000);
    await node.collect("/demoptout?d_cid=1001%01jane", { host: "alpha.demdex.net" });
    const { optOuts } = await ask(`uuid=${FIRST}`);
    assert.deepEqual(optOuts, [
      { id: FIRST, reason: "request", since: T0 + 5_000 },
      { id: "1001:jane", reason: "request", since: T0 + 5_000 },
    ]);
  });
});

describe("the deny list", () => {
  const entries = [
    { kind: "device", id: FIRST },
    { kind: "customer", id: "1001:jane:with:colons" },
    { kind: "customer", id: "20914:cdda802e-fb9c-47ad-9866-0794d394c912" },
    { kind: "dataSource", id: "1001" },
  ];

  test("takes entries of each kind, lists them and lets them go", async () => {
    for (const entry of entries) {
      const answer = await ok(node.manage("POST", "/v1/denylist", entry));
      assert.deepEqual(answer.json(), { ...entry, until: null });
    }
    const listed = (await ok(node.manage("GET", "/v1/denylist"))).json();
    assert.ok(Array.isArray(listed));
    assert.deepEqual(sorted(listed), sorted(entries.map((entry) => ({ ...entry, until: null }))));
    for (const entry of entries) {
      const answer = await ok(node.manage("DELETE", "/v1/denylist", entry));
      assert.deepEqual(answer.json(), { removed: true });
    }
    const gone = await ok(node.manage("DELETE", "/v1/denylist", entries[0]));
    assert.deepEqual(gone.json(), { removed: false });
    assert.deepEqual((await ok(node.manage("GET", "/v1/denylist"))).json(), []);
  });

  test("denies a device on every worker until the entry's end", async () => {
    const until = new Date(T0 + 60_000).toISOString();
    await ok(node.manage("POST", "/v1/denylist", { kind: "device", id: FIRST, until }));
    const errors = async () => {
      const calls = Array.from({ length: 6 }, () => event(`d_uuid=${FIRST}`));
      return (await Promise.all(calls)).map((answer) => answer.headers["x-error"]);
    };
    assert.deepEqual(await errors(), Array(6).fill("307"));
    await setClock(T0 + 60_000);
    assert.deepEqual(await errors(), Array(6).fill(undefined));
    assert.deepEqual((await ok(node.manage("GET", "/v1/denylist"))).json(), []);
  });

  const refused: readonly (readonly [what: string, body: unknown, at: string, code: string])[] = [
    ["an unknown kind", { kind: "visitor", id: FIRST }, "/kind", "E_VALUE"],
    ["a device that is none", { kind: "device", id: "1" }, "/id", "E_VALUE"],
    ["a customer without data source", { kind: "customer", id: "jane" }, "/id", "E_VALUE"],
    ["a customer without an ID", { kind: "customer", id: "1001:" }, "/id", "E_VALUE"],
    ["a data source with letters", { kind: "dataSource", id: "crm" }, "/id", "E_VALUE"],
    ["a number for an ID", { kind: "dataSource", id: 1001 }, "/id", "E_TYPE"],
    ["no ID", { kind: "device" }, "/id", "E_MISSING_KEY"],
    ["a key too many", { kind: "device", id: FIRST, days: 1 }, "/days", "E_UNKNOWN_KEY"],
    ["a time that is none", { kind: "device", id: FIRST, until: "now" }, "/until", "E_VALUE"],
  ];
  for (const [what, body, at, code] of refused) {
    test(`refuses ${what}, and says where`, async () => {
      const answer = await node.manage("POST", "/v1/denylist", body);
      assert.equal(answer.status, 400);
      const { errors } = problemOf(answer);
      assert.deepEqual(
        errors.map((fault) => [fault.at, fault.code]),
        [[at, code]],
      );
    });
  }
});

describe("a device graph", () => {
  const put = (clusters: unknown, source: number | string = 1003): Promise<HttpAnswer> =>
    node.manage("PUT", `/v1/device-graphs/${source}`, { clusters });

  test("is replaced as a whole, and emptied", async () => {
    const answer = await ok(put([[FIRST, SECOND, FIRST], []]));
    assert.deepEqual(answer.json(), { dataSourceId: 1003, clusters: 1, devices: 2 });
    const emptied = await ok(node.manage("DELETE", "/v1/device-graphs/1003"));
    assert.deepEqual(emptied.json(), { dataSourceId: 1003, clusters: 0, devices: 0 });
  });

  test("with a device in two clusters, or one that is none, is refused as a whole", async () => {
    const twice = await put([[FIRST, SECOND], [FIRST], ["12"]]);
    assert.equal(twice.status, 400);
    assert.deepEqual(
      problemOf(twice).errors.map(({ at, code }) => [at, code]),
      [
        ["/clusters/1/0", "E_DUPLICATE_ID"],
        ["/clusters/2/0", "E_VALUE"],
      ],
    );
  });

  test("needs a data source that was defined for one", async () => {
    assert.equal((await put([], 1002)).status, 400);
    assert.equal((await put([], 77)).status, 404);
    assert.equal((await put([], "crm")).status, 404);
    assert.equal((await node.manage("DELETE", "/v1/device-graphs/1002")).status, 400);
    assert.equal((await node.manage("PUT", "/v1/device-graphs/1003", { graph: [] })).status, 400);
  });
});

async function event(query: string, host = "alpha.demdex.net"): Promise<HttpAnswer> {
  return ok(node.collect(`/event?${query}`, { host }));
}

async function ask(query: string, pid = 1957): Promise<DescribedVisitor> {
  const answer = await ok(node.manage("GET", `/v1/partners/${pid}/visitors?${query}`));
  // The documented form, which these tests check key by key.
  return answer.json() as DescribedVisitor;
}

function link(
  id: string,
  uuid: string,
  state: 0 | 1 | 2,
  ...[lastSync, lastAuth]: readonly [lastSync: number, lastAuth: number | null]
) {
  return { dataSourceId: 1001, id, uuid, state, lastSync, lastAuth };
}

async function setClock(time: number): Promise<void> {
  await ok(node.manage("PUT", "/v1/clock", { now: new Date(time).toISOString() }));
}

async function ok(answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  const { status, text } = await answer;
  assert.equal(status, 200, text);
  return answer;
}

function problemOf(answer: HttpAnswer): {
  readonly errors: readonly { at: string; code: string }[];
} {
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
  // A problem document, whose errors these tests check.
  return answer.json() as { errors: { at: string; code: string }[] };
}

function sorted(entries: readonly unknown[]): readonly string[] {
  return entries.map((entry) => JSON.stringify(entry)).sort();
}

function explain(query: string): Promise<HttpAnswer> {
  return node.manage("GET", `/v1/partners/1957/visitors/explain?${query}`);
}
