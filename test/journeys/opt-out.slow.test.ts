// Opting out over a real node of two workers: with one partner or with all, by every form of the call, at
// once and for good.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, beforeEach, describe, test } from "node:test";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const ALPHA = "alpha.demdex.net";
const ORG = "d_orgid=A1B2C3D4E5F60718293A4B5C%40AdobeOrg";
const FIRST = "22920112968019678612904394744954398990";
const FIRST_MID = "22845954047972068642896981047981475499";
const SECOND = "00000000000000000010000000000000000002";
const T0 = Date.UTC(2026, 0, 1, 12);
const ARGS = ["--domain", "demdex.net"];

const WORKSPACE = {
  ...PROTOCOL_WORKSPACE,
  settings: { ...PROTOCOL_WORKSPACE.settings, demoptin: true },
};

let node: RunningNode;
before(async () => {
  node = await startNode({ workspace: WORKSPACE, workers: 2, args: ARGS });
});
after(async () => {
  await node[Symbol.asyncDispose]();
  await rm(node.data, { recursive: true, force: true });
});
beforeEach(async () => {
  await manage("POST", "/v1/reset");
  await manage("PUT", "/v1/workspace", WORKSPACE);
  await setClock(T0);
});

test("is effective on both workers before its answer leaves", async () => {
  for (let round = 0; round < 60; round++) {
    const uuid = String(round + 1).padStart(38, "0");
    await event(`d_uuid=${uuid}&key1=val1`);
    await optOut(`d_uuid=${uuid}`);
    const answers = await Promise.all([1, 2, 3].map(() => event(`d_uuid=${uuid}&key1=val1`)));
    for (const answer of answers) assert.equal(codesOf(answer), "171", `round ${round}`);
  }
});

test("survives a restart, and what comes after it", async () => {
  const data = node.data;
  await event(`d_uuid=${FIRST}&key1=val1&d_cid=1001%01jane%011`);
  await optOut(`d_uuid=${FIRST}&d_cid=1001%01jane`);
  await node.stop();
  node = await startNode({ data, workspace: WORKSPACE, workers: 2, args: ARGS });
  await setClock(T0);
  assert.equal(codesOf(await event(`d_uuid=${FIRST}`)), "171");
  assert.equal(codesOf(await event(`d_uuid=${SECOND}&d_cid=1001%01jane%011`)), "171");
  assert.deepEqual(await segmentsOf(`uuid=${FIRST}`), []);
});

describe("with one partner", () => {
  beforeEach(async () => {
    await event(`d_uuid=${SECOND}&d_cid=1001%01jane%012&key1=val1`);
    await setClock(T0 + 1000);
    await event(`d_uuid=${FIRST}&d_cid=1001%01jane%012&key1=val1`);
    assert.deepEqual(await segmentsOf(`uuid=${FIRST}`), [9001]);
  });

  // The call, and whether each of the first device, the second one and jane is opted out by it.
  const FORMS: readonly (readonly [string, string, boolean, boolean, boolean, string?])[] = [
    [ALPHA, `/demoptout?d_uuid=${FIRST}`, true, false, false],
    [ALPHA, `/demoptout.jpg?d_uuid=${FIRST}`, true, false, false],
    [ALPHA, `/demoptout.jpg?d_mid=${FIRST_MID}&${ORG}`, true, false, false],
    ["dpm.demdex.net", `/demoptout.jpg?${ORG}&d_mid=${FIRST_MID}`, true, false, false],
    [ALPHA, "/demoptout?d_cid=1001%01jane", true, false, true],
    [ALPHA, "/demoptout?d_cid_ic=crm%01jane", true, false, true],
    [ALPHA, `/demoptout?d_cid=1001%01jane&d_uuid=${SECOND}`, false, true, true],
    [ALPHA, "/demoptout?d_dpuuid=jane&d_dpid=1001", true, false, false],
    [ALPHA, `/demoptout?d_uuid=${SECOND}&d_dpuuid=jane&d_dpid=1001`, false, true, false],
    [ALPHA, "/demoptout", true, false, false, FIRST],
    [ALPHA, "/demoptout?d_dpuuid=nobody&d_dpid=1001", false, true, false, SECOND],
    // The mapping goes before the cookie.
    [ALPHA, "/demoptout?d_dpuuid=jane&d_dpid=1001", true, false, false, SECOND],
  ];
  for (const [host, target, first, second, jane, cookie] of FORMS) {
    const by = cookie === undefined ? "" : `, with the cookie ${cookie}`;
    test(`${host}${target}${by}`, async () => {
      const headers: Record<string, string> =
        cookie === undefined ? {} : { Cookie: `demdex=${cookie}` };
      const answer = await node.collect(target, { host, headers });
      assert.deepEqual([answer.status, codesOf(answer)], [200, "171"]);
      assert.equal(answer.headers["content-type"], "image/gif");
      assert.equal(answer.headers["set-cookie"], undefined);
      const out = (isOut: boolean): string => (isOut ? "171" : "");
      assert.equal(codesOf(await event(`d_uuid=${FIRST}`)), out(first), "first");
      assert.equal(codesOf(await event(`d_uuid=${SECOND}`)), out(second), "second");
      assert.equal(codesOf(await event("d_cid=1001%01jane")), out(jane || first), "jane");
      assert.deepEqual(await segmentsOf(`uuid=${FIRST}`), first ? [] : [9001]);
      assert.deepEqual(await segmentsOf(`uuid=${SECOND}`), second ? [] : [9001]);
      // Nothing historic is deleted, and another partner knows nothing of it.
      const visitor = await manage("GET", `/v1/partners/1957/visitors?uuid=${FIRST}`);
      assert.match(visitor.text, /"sid":5001,[^}]*"count":1/);
      assert.equal(codesOf(await event(`d_uuid=${FIRST}`, "beta.demdex.net")), "");
    });
  }

  test("without an ID or a cookie flags nobody, and with an unknown ID makes a device for it", async () => {
    const nobody = await node.collect("/demoptout?d_rtbd=json", { host: ALPHA });
    assert.deepEqual(Object.keys(Object(nobody.json())).sort(), ["dcs_region", "tid"]);
    assert.deepEqual([codesOf(nobody), nobody.headers["set-cookie"]], ["", undefined]);
    const made = await node.collect("/demoptout?d_dpid=1001&d_dpuuid=new", { host: ALPHA });
    const [line = ""] = made.headers["set-cookie"] ?? [];
    const uuid = /^demdex=([0-9]{38});/.exec(line)?.[1];
    assert.equal(codesOf(await event(`d_uuid=${uuid}`)), "171");
  });

  test("by HEAD changes nothing", async () => {
    const head = { host: ALPHA, method: "HEAD" };
    const answer = await node.collect(`/demoptout?d_uuid=${FIRST}`, head);
    assert.deepEqual([answer.status, answer.text], [200, ""]);
    assert.equal(codesOf(await event(`d_uuid=${FIRST}`)), "");
  });

  test("is taken back by asking for it, and only where the workspace allows that", async () => {
    await optOut(`d_uuid=${FIRST}&d_cid=1001%01jane`);
    await manage("PUT", "/v1/workspace", PROTOCOL_WORKSPACE);
    const target = `/demoptin?d_uuid=${FIRST}&d_cid=1001%01jane`;
    assert.equal((await node.collect(target, { host: ALPHA })).status, 404);
    assert.equal(codesOf(await event(`d_uuid=${FIRST}`)), "171");
    await manage("PUT", "/v1/workspace", WORKSPACE);
    assert.equal((await node.collect(target, { host: "beta.demdex.net" })).status, 200);
    assert.equal(codesOf(await event(`d_uuid=${FIRST}`)), "171");
    assert.equal(codesOf(await node.collect(target, { host: ALPHA })), "");
    assert.equal(codesOf(await event(`d_uuid=${FIRST}&d_cid=1001%01jane%011&key1=val1`)), "");
  });

  test("leaves the visitor ID, says 171, syncs and links nothing", async () => {
    await optOut(`d_uuid=${FIRST}`);
    const answer = await node.collect(`/id?d_mid=${FIRST_MID}&d_cid=1001%01new%011`, {
      host: ALPHA,
    });
    const body = Object(answer.json());
    assert.deepEqual([codesOf(answer), body.d_mid, body.ibs], ["171", FIRST_MID, []]);
    assert.deepEqual([body.error_msg, body.d_optout], [undefined, undefined]);
    assert.equal(answer.headers["set-cookie"], undefined);
    assert.deepEqual((await visitor("dataSourceId=1001&id=new")).links, []);
  });
});

describe("with all partners", () => {
  for (const [host, target] of [
    ["www.demdex.net", "/demoptout.jpg"],
    ["www.demdex.net", `/demoptout?d_uuid=${FIRST}`],
    ["dpm.demdex.net", "/demoptout"],
  ] as const) {
    test(`${host}${target} marks the browser, and flags nobody`, async () => {
      const headers = { Cookie: `demdex=${FIRST}; dextp=12; DST=12` };
      const answer = await node.collect(target, { host, headers });
      const names = (answer.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]);
      assert.deepEqual(names, ["demdex=NOTARGET", "dextp=NOTARGET", "DST="]);
      assert.equal(codesOf(await event(`d_uuid=${FIRST}`)), "");
    });
  }

  test("every call with the mark is answered so, consent or not, and stores nothing", async () => {
    const headers = { Cookie: "demdex=NOTARGET" };
    const consent = "gdpr=1&gdpr_consent=CP1R2oAP1R2oAAHABBENDIEgAIBAAAAAAAqIEawAQEagAAAA";
    for (const host of [ALPHA, "beta.demdex.net"]) {
      const target = `/event?d_rtbd=json&d_uuid=${FIRST}&key1=val1&${consent}`;
      const answer = await node.collect(target, { host, headers });
      assert.deepEqual([codesOf(answer), answer.headers["set-cookie"]], ["171", undefined]);
    }
    assert.deepEqual((await visitor(`uuid=${FIRST}`)).profiles, []);
  });

  test("the way back takes the marks away; by HEAD it does nothing", async () => {
    const call = { host: "www.demdex.net", headers: { Cookie: "demdex=NOTARGET" } };
    const head = await node.collect("/demoptin", { ...call, method: "HEAD" });
    assert.equal(head.headers["set-cookie"], undefined);
    const lines = (await node.collect("/demoptin", call)).headers["set-cookie"] ?? [];
    assert.deepEqual(
      lines.map((line) => line.split("; ").slice(0, 2).join("; ")),
      ["demdex=; Max-Age=0", "dextp=; Max-Age=0"],
    );
  });
});

test("IDs with a host of nobody's are error 1, and nobody is flagged", async () => {
  const host = "dpm.demdex.net";
  assert.equal(codesOf(await node.collect(`/demoptout?d_uuid=${FIRST}`, { host })), "1");
  assert.equal(codesOf(await event(`d_uuid=${FIRST}`)), "");
});

function codesOf({ headers }: HttpAnswer): string {
  return String(headers["x-error"] ?? "");
}

function event(query: string, host = ALPHA): Promise<HttpAnswer> {
  return node.collect(`/event?d_rtbd=json&${query}`, { host });
}

async function optOut(query: string): Promise<void> {
  assert.equal(codesOf(await node.collect(`/demoptout?${query}`, { host: ALPHA })), "171");
}

interface Visitor {
  readonly links: readonly unknown[];
  readonly profiles: readonly { readonly segments: readonly { readonly sid: number }[] }[];
}

async function visitor(query: string): Promise<Visitor> {
  // The documented form.
  return (await manage("GET", `/v1/partners/1957/visitors?${query}`)).json() as Visitor;
}

/** Of the visitor's first profile: the device's own. */
async function segmentsOf(query: string): Promise<number[]> {
  return ((await visitor(query)).profiles[0]?.segments ?? []).map(({ sid }) => sid);
}

async function setClock(time: number): Promise<void> {
  await manage("PUT", "/v1/clock", { now: new Date(time).toISOString() });
}

async function manage(method: string, target: string, body?: unknown): Promise<HttpAnswer> {
  const answer = await node.manage(method, target, body);
  assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${target}: ${answer.text}`);
  return answer;
}
