// Hostile and careless calls to every call of the management plane of a real node, by callers of every role. What a
// caller sends is never answered as a fault of ours, whoever is refused is told why, and the node goes on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ALL_KINDS } from "../../src/admin/resources/all-kinds.ts";
import { LIST_IDS } from "../../src/catalog/document-keys.ts";
import { printWorkspace } from "../../src/catalog/print-workspace.ts";
import { readWorkspace } from "../../src/catalog/read-workspace.ts";
import { type HostileCall, hostileCall, routesOf } from "../support/hostile-management.ts";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { seededRandom } from "../support/random.ts";
import { ALPHA } from "../support/several-nodes.ts";
import { call, type RunningNode, startNode } from "../support/start-node.ts";

const SEED = 20_261_129;
const CALLS = 4_500;
const AT_ONCE = 6;
/** Definitions are put back so often: what may be deleted is. */
const ROUND = 500;

let node: RunningNode;
before(async () => {
  node = await startNode({ workspace: PROTOCOL_WORKSPACE });
});
after(() => node[Symbol.asyncDispose]());

async function callers(): Promise<readonly Readonly<Record<string, string>>[]> {
  const grants: object[] = ["administrator", "editor", "viewer"].map((role) => {
    return { name: role, roles: [{ pid: 1957, role }], expiresAt: null };
  });
  grants.push({ name: "all", isInstallationAdministrator: true, expiresAt: null });
  const made = grants.map(async (grant) => {
    const { status, text } = await node.manage("POST", "/v1/tokens", grant);
    assert.equal(status, 201, text);
    return { authorization: `Bearer ${JSON.parse(text).token}` };
  });
  return Promise.all(made);
}

/** IDs of what partner 1957 has, by the resources that show it. */
function idsOf(workspace: unknown): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, readonly string[]>();
  for (const { path, list } of ALL_KINDS) {
    const items: readonly object[] = Object(workspace)[list] ?? [];
    const own = items.filter((item) => list === "partners" || Reflect.get(item, "pid") === 1957);
    if (own.length > 0)
      ids.set(
        path,
        own.map((item) => String(Reflect.get(item, LIST_IDS[list]))),
      );
  }
  return ids.set("", [...ids.values()].flat());
}

const INSIDES =
  /node_modules|\bat [\w.<>]+ \(|\.[cm]?[jt]s:\d|\/src\/|fastify|FST_|\bajv\b|lmdb|MDB_|TypeError|RangeError|SyntaxError|Invariant|\[object /i;

/** What is wrong with an answer; null where nothing is. */
function wrongWith(
  { method, target }: HostileCall,
  { status, headers, text }: HttpAnswer,
): string | null {
  if (status >= 500 && status !== 503) return "a fault of ours";
  if (status < 400) return null;
  if (method === "HEAD") return text === "" ? null : "a body for HEAD";
  // That call's errors are those of its standard.
  if (
    target.startsWith("/oauth/token") &&
    headers["content-type"]?.startsWith("application/json")
  ) {
    return typeof JSON.parse(text).error === "string" ? null : "no error of OAuth";
  }
  if (!/^application\/problem\+json/.test(headers["content-type"] ?? "")) return "no problem";
  if (INSIDES.test(text)) return "tells of the insides";
  const { type, title, status: said, detail, error, errors = [], requestId } = JSON.parse(text);
  if (type !== "about:blank" || said !== status) return "another type or status";
  if (![title, detail, error, requestId].every((each) => typeof each === "string" && each !== "")) {
    return "not whole";
  }
  if (!/[.!?]$/.test(detail)) return "detail is no sentence";
  for (const { at, code, message } of errors) {
    if (![at, code].every((each) => typeof each === "string")) return "a fault without place";
    if (typeof message !== "string" || message === "") return "a fault without a sentence";
    if (Buffer.byteLength(message) > 2_000) return "a fault of thousands of letters";
  }
  return null;
}

test("nothing that a caller sends is answered as a fault of ours, and all refusals are whole", async () => {
  const random = seededRandom(SEED);
  const everybody = await callers();
  const api = await node.manage("GET", "/openapi.json");
  const routes = routesOf(JSON.parse(api.text)).filter(({ path }) => path !== "/v1/clock");
  assert.ok(routes.length > 100);
  const original = (await node.manage("GET", "/v1/workspace")).text;
  const ids = idsOf(JSON.parse(original));
  const wrong = new Map<string, string>();
  const carriedOut = new Set<string>();
  let made = 0;

  const callOnce = async (): Promise<void> => {
    const route = routes[made++ % routes.length] ?? assert.fail();
    const told = hostileCall(route, { random, who: random.pick(everybody), ids });
    const { method, target, headers, body } = told;
    const line = `${route.method} ${route.path}`;
    const shown = JSON.stringify({ ...told, body: body?.slice(0, 400) }).slice(0, 1_500);
    const answer = await call(node.manageUrl, target, {
      ...{ method, headers },
      ...(body !== null && { body }),
    });
    const { status, text } = answer;
    if (status < 300) carriedOut.add(line);
    const fault = wrongWith(told, answer);
    if (fault !== null)
      wrong.set(`${line}: ${status} ${fault}`, `${shown}\n   ${text.slice(0, 900)}`);
  };
  for (let end = ROUND; made < CALLS; end += ROUND) {
    const each = async (): Promise<void> => {
      while (made < end) await callOnce();
    };
    await Promise.all(new Array(AT_ONCE).fill(null).map(each));
    const restored = await node.manage("PUT", "/v1/workspace", original);
    assert.equal(restored.status, 200, restored.text);
  }
  assert.ok(carriedOut.size > routes.length / 2, `${carriedOut.size} of ${routes.length}`);
  assert.deepEqual([...wrong].map(([what, how]) => `${what}\n   ${how}`).join("\n"), "");
});

test("after all of it the node serves calls, and its definitions are what it exports", async () => {
  const exported = JSON.parse((await node.manage("GET", "/v1/workspace")).text);
  const read = readWorkspace(exported);
  assert.ok(read.ok);
  assert.deepEqual(JSON.parse(JSON.stringify(printWorkspace(read.value.workspace))), exported);
  const answer = await node.collect("/event?d_rtbd=json&d_cts=2&key1=val1", { host: ALPHA });
  assert.equal(answer.status, 200);
  assert.deepEqual(Object(answer.json()).traits, [5001]);
});

test("what once was a fault of ours, or was lost on the way, is answered as what it is", async () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  const segment = { name: "S", dataSourceId: 1002, folderId: 0 };
  const code = "é".repeat(255);
  const traitOf = { name: "Long code", dataSourceId: 1002, folderId: 0, integrationCode: code };
  const rows: readonly (readonly [string, string, unknown, number, RegExp])[] = [
    ["DELETE", "/v1/tokens/%00", undefined, 404, /no token with this ID/],
    ["POST", "/v1/id-syncs/bulk-delete", deep, 400, /lists and objects in one another/],
    ["POST", "/v1/users/bulk-delete", deep, 400, /lists and objects in one another/],
    [
      ...(["POST", "/v1/segments/"] as const),
      ...([{ ...segment, segmentRule: { toString: 1, valueOf: 2 } }, 400, /segmentRule/] as const),
    ],
    ["POST", "/v1/traits/", traitOf, 201, /Long code/],
    ["GET", `/v1/traits/ic:${encodeURIComponent(code)}`, undefined, 200, /Long code/],
    ["POST", "/v1/denylist", { [code.repeat(9)]: 1 }, 400, /There is no key \\"é{100}\\" here\./],
  ];
  for (const [method, path, body, status, says] of rows) {
    const answer = await node.manage(method, `${path}?pid=1957`, body);
    assert.equal(answer.status, status, `${path}: ${answer.text.slice(0, 500)}`);
    assert.match(answer.text, says);
  }
  const refused = await call(node.manageUrl, "/v1/traits/", {
    ...{ method: "POST", body: "x".repeat(5_000_000), headers: { authorization: "Bearer x" } },
  });
  assert.equal(refused.status, 401, "also for who sends a large body, and closes then");
});

/** What the process holds, in megabytes. */
function residentMegabytes(): number {
  const [, kilobytes] =
    /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${node.pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_024;
}

test("many large bodies at once are read a few at a time", async () => {
  const body = JSON.stringify({ code: "x".repeat(9_900_000) });
  const authorization = `Bearer ${node.token}`;
  let most = 0;
  const before = residentMegabytes();
  const ask = async () => {
    const answer = await call(node.manageUrl, "/v1/traits/validate?pid=1957", {
      ...{ method: "POST", body, headers: { authorization, "content-type": "application/json" } },
    });
    most = Math.max(most, residentMegabytes());
    return answer;
  };
  const answers = await Promise.all(new Array(60).fill(null).map(ask));
  for (const { status, text, headers: answered } of answers) {
    if (status === 400) assert.match(text, /E_TOO_LONG/);
    else assert.deepEqual([status, answered["retry-after"]], [503, "1"], text);
  }
  assert.ok(answers.some(({ status }) => status === 400));
  assert.ok(answers.some(({ status }) => status === 503));
  assert.ok(most < before + 600, `${before} MB, and then ${most} MB`);
});
