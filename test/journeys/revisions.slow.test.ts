// Revisions over the management API and the command line of a real node: what was published, what lies between,
// and the way back.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const DAY_ONE = Date.UTC(2026, 0, 1);

let node: RunningNode;
before(async () => {
  const partners = PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957);
  const dataSources = [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }];
  const traits = [{ sid: 5001, pid: 1957, dataSourceId: 1002, name: "First", traitRule: "a == 1" }];
  const { settings } = PROTOCOL_WORKSPACE;
  node = await startNode({ workspace: { settings, partners, dataSources, traits } });
  await manage("PUT", "/v1/clock", { now: new Date(DAY_ONE).toISOString() });
  const trait = { name: "First, renamed", dataSourceId: 1002, traitRule: "a == 1" };
  await manage("PUT", "/v1/traits/5001", trait);
  await manage("POST", "/v1/traits/", { name: "Second", dataSourceId: 1002 }, 201);
});
after(() => node[Symbol.asyncDispose]());

async function manage(method: string, target: string, body?: unknown, status = 200) {
  const answer = await node.manage(method, target, body);
  assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
  return JSON.parse(answer.text);
}

function dunlin(...args: readonly string[]) {
  const env = { ...process.env, DUNLIN_NODE: node.manageUrl, DUNLIN_TOKEN: node.token };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [MAIN, "revisions", ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("revisions are listed, the newest first, with when, by whom and why", async () => {
  const all = await manage("GET", "/v1/revisions/");
  const token = { by: "Administrator's token", note: null };
  assert.deepEqual(all.slice(0, 2), [
    { revision: 3, at: DAY_ONE, ...token },
    { revision: 2, at: DAY_ONE, ...token },
  ]);
  assert.equal(all[2].note, "What the node was started with.");
  const page = await manage("GET", "/v1/revisions?sortBy=revision&pageSize=1");
  assert.deepEqual([page.total, page.list[0].revision], [3, 1]);
  await manage("GET", "/v1/revisions?sortBy=document", undefined, 400);
});

test("a revision is given with its definitions, or without them", async () => {
  const { document, ...summary } = await manage("GET", "/v1/revisions/2");
  assert.deepEqual(await manage("GET", "/v1/revisions/2?summary"), summary);
  assert.deepEqual(
    document.traits.map(({ name }: { name: string }) => name),
    ["First, renamed"],
  );
  const current = await manage("GET", "/v1/revisions/3");
  assert.deepEqual(current.document, await manage("GET", "/v1/workspace"));
  for (const given of ["4", "0", "x", "1e0"]) {
    await manage("GET", `/v1/revisions/${given}`, undefined, 404);
  }
});

test("what lies between two revisions is told object by object, in either direction", async () => {
  const diff = await manage("GET", "/v1/revisions/1/diff/3");
  assert.deepEqual(diff.changes, { traits: { created: 1, updated: 1, deleted: 0 } });
  assert.deepEqual(diff.objects[0], {
    ...{ list: "traits", id: 5001, pid: 1957, name: "First, renamed", change: "updated" },
    fields: [{ key: "name", before: "First", after: "First, renamed" }],
  });
  assert.deepEqual([diff.objects[1].name, diff.objects[1].change], ["Second", "created"]);
  const back = await manage("GET", "/v1/revisions/3/diff/1");
  assert.deepEqual(back.changes, { traits: { created: 0, updated: 1, deleted: 1 } });
  assert.deepEqual((await manage("GET", "/v1/revisions/2/diff/2")).objects, []);
  await manage("GET", "/v1/revisions/1/diff/9", undefined, 404);
});

test("an earlier revision is published anew, and its objects are there again under their IDs", async () => {
  const answer = await manage("POST", "/v1/revisions/1/restore");
  assert.deepEqual(answer, {
    revision: 4,
    changes: { traits: { created: 0, updated: 1, deleted: 1 } },
    warnings: [],
  });
  const [newest] = await manage("GET", "/v1/revisions/");
  assert.equal(newest.note, "Restores revision 1.");
  assert.equal((await manage("GET", "/v1/traits/5001")).name, "First");
  const again = await manage("POST", "/v1/revisions/3/restore");
  assert.equal(again.revision, 5);
  assert.deepEqual(
    (await manage("GET", "/v1/traits/?sortBy=sid")).map(({ name }: { name: string }) => name),
    ["Second", "First, renamed"].toSorted(),
  );
  await manage("POST", "/v1/revisions/99/restore", undefined, 404);
  // Of what is in force already nothing is published.
  assert.equal((await manage("POST", "/v1/revisions/3/restore")).revision, 5);
});

test("a revision that does not hold any more changes nothing, and every fault is named", async () => {
  const other = { alias: "beta", name: "Beta", orgId: "B1B2C3D4E5F60718293A4B5C@AdobeOrg" };
  const { pid } = await manage("POST", "/v1/partners/", other, 201);
  const [{ revision }] = await manage("GET", "/v1/revisions/");
  await node.manage("DELETE", `/v1/partners/${pid}`);
  const document = await manage("GET", "/v1/workspace");
  document.partners.push({ ...other, pid, idMapping: "pid-xor" });
  await manage("PUT", "/v1/workspace", document);
  const problem = await manage("POST", `/v1/revisions/${revision}/restore`, undefined, 400);
  assert.deepEqual(
    problem.errors.map(({ at, code }: Record<string, string>) => [at, code]),
    [["/partners/1/idMapping", "E_IMMUTABLE"]],
  );
  assert.deepEqual(
    (await manage("GET", "/v1/workspace")).partners.map((each: { pid: number }) => each.pid),
    [1957, pid],
  );
});

test("the command lists revisions, shows one as a document, compares two and restores one", async () => {
  const listed = await dunlin();
  assert.deepEqual([listed.code, listed.stderr], [0, ""]);
  assert.match(listed.stdout, /^revision +at +by +note\n/);
  assert.match(listed.stdout, /\n2 +2026-01-01T00:00:00.000Z +Administrator's token +-\n/);
  assert.equal((await dunlin("list")).stdout, listed.stdout);
  const asJson = JSON.parse((await dunlin("list", "--json")).stdout);
  assert.deepEqual(asJson, await manage("GET", "/v1/revisions"));

  const shown = JSON.parse((await dunlin("show", "1")).stdout);
  assert.equal(shown.traits[0].name, "First");
  const diff = await dunlin("diff", "1", "2");
  assert.equal(
    diff.stdout,
    '~ trait 5001 "First, renamed"\n    - name: First\n    + name: First, renamed\n',
  );
  assert.equal((await dunlin("diff", "2", "2")).stdout, "They are the same.\n");
  assert.equal(JSON.parse((await dunlin("diff", "1", "2", "--json")).stdout).objects.length, 1);

  const restored = await dunlin("restore", "1");
  assert.equal(restored.code, 0, restored.stderr);
  assert.ok(JSON.parse(restored.stdout).revision > 5);
  assert.equal((await manage("GET", "/v1/traits/5001")).name, "First");
});

test("the command ends with 2 where it is wrongly asked, and says what is expected", async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["undo"], /Expected one of list, show, diff, restore after revisions/],
    [["show"], /Expected one REVISION/],
    [["diff", "1"], /Expected two REVISIONs/],
    [["show", "99"], /404: There is no revision 99/],
    [["restore", "x"], /404: There is no revision x/],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr, stdout } = await dunlin(...args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, message);
  }
});
