// `dunlin plan` against a running node, and what may go wrong with counts that somebody waits for.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ALPHA } from "../support/several-nodes.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const owner = { pid: 1957, dataSourceId: 1002 };
const OLD = {
  partners: [
    { pid: 1957, alias: "alpha", name: "Alpha", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" },
  ],
  dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
  traits: [
    { ...owner, sid: 5001, name: "Blue", traitRule: 'color == "blue"' },
    { ...owner, sid: 5002, name: "Red", traitRule: 'color == "red"' },
  ],
  segments: [{ ...owner, sid: 9001, name: "Blues", segmentRule: "5001T" }],
};
const NEW = {
  ...OLD,
  traits: [...OLD.traits, { ...owner, sid: 5003, name: "Green", traitRule: 'color == "green"' }],
  segments: [
    { ...owner, sid: 9001, name: "Blues", segmentRule: "5001T AND 5002T" },
    { ...owner, sid: 9002, name: "Reds", segmentRule: "5002T" },
  ],
};

let node: RunningNode;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-plan-"));
  node = await startNode({ workspace: OLD });
  const colors = ["color=blue", "color=blue", "color=blue&color=red", "color=red"];
  for (const query of colors) await node.collect(`/event?${query}`, { host: ALPHA });
});
after(async () => {
  await node[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function plan(
  document: object,
  flags: readonly string[] = [],
  url = node.manageUrl,
): Promise<Ran> {
  const file = join(folder, "plan.json");
  await writeFile(file, JSON.stringify(document));
  const env = { ...process.env, DUNLIN_NODE: url, DUNLIN_TOKEN: node.token };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "plan", file, ...flags], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("a plan shows what is created, changed and deleted, and for how many visitors; the exit code is 3", async () => {
  const { code, stdout, stderr } = await plan(NEW);
  assert.deepEqual([code, stderr], [3, ""]);
  assert.match(stdout, /^\+ trait 5003 "Green"\n(?: {4}.*\n)* {4}traitRule: color == "green"\n/m);
  assert.match(
    stdout,
    /^~ segment 9001 "Blues"\n {4}- segmentRule: 5001T\n {4}\+ segmentRule: 5001T AND 5002T\n/m,
  );
  assert.match(stdout, /^\+ segment 9002 "Reds"\n/m);
  assert.match(stdout, /^9001 Blues +3 +1 +0 +-2 {2}its rule$/m);
  assert.match(stdout, /^9002 Reds +0 +2 +\+2 +0 {2}created$/m);
  assert.match(stdout, /^1 trait has a new rule: nobody realizes it before their next call/m);
  const served = JSON.parse((await node.manage("GET", "/v1/workspace")).text);
  assert.equal(served.segments.length, 1, "nothing was applied");
});

test("as JSON a plan is what the management plane answers, with or without visitors", async () => {
  const counted = await plan(NEW, ["--json"]);
  assert.equal(counted.code, 3);
  const { segments, changes } = JSON.parse(counted.stdout);
  assert.deepEqual(changes, {
    traits: { created: 1, updated: 0, deleted: 0 },
    segments: { created: 1, updated: 1, deleted: 0 },
  });
  assert.deepEqual(segments[0], {
    ...{ pid: 1957, sid: 9001, name: "Blues", because: "its rule" },
    ...{ before: 3, after: 1, added: 0, removed: 2 },
  });
  const plain = JSON.parse((await plan(NEW, ["--json", "--no-counts"])).stdout);
  assert.deepEqual(plain.segments[0], {
    ...{ pid: 1957, sid: 9001, name: "Blues", because: "its rule" },
  });
});

test("where nothing would change the exit code is 0; a faulty document is 2, a node that is not there 1", async () => {
  assert.deepEqual(await plan(OLD), { code: 0, stdout: "Nothing would change.\n", stderr: "" });
  const faulty = await plan({ ...OLD, segments: [{ ...OLD.segments[0], segmentRule: "7T" }] });
  assert.equal(faulty.code, 2);
  assert.match(faulty.stderr, /plan\.json: \/segments\/0\/segmentRule.*E_UNKNOWN_TRAIT/);
  const nowhere = await plan(OLD, [], "http://127.0.0.1:1");
  assert.deepEqual([nowhere.code, nowhere.stdout], [1, ""]);
});

test("whoever goes before the end of a count leaves the node as it was", async () => {
  const goneEarly = Array.from({ length: 20 }, () => {
    const url = `${node.manageUrl}/v1/segments/size`;
    const headers = {
      authorization: `Bearer ${node.token}`,
      "content-type": "application/json",
      accept: "application/x-ndjson",
    };
    return new Promise<void>((resolve) => {
      const asking = request(url, { method: "POST", headers }, (answer) => {
        answer.destroy();
        resolve();
      });
      asking.on("error", () => resolve());
      asking.end(JSON.stringify({ sid: 9001 }));
    });
  });
  await Promise.all(goneEarly);
  const { status, text } = await node.manage("POST", "/v1/segments/size", { sid: 9001 });
  assert.deepEqual([status, JSON.parse(text).size], [200, 3]);
  assert.doesNotMatch(node.output().stderr, /"level":50/);
});

test("more counts at once than a node makes are told to come again", async () => {
  const asked = Array.from({ length: 40 }, () =>
    node.manage("POST", "/v1/segments/size", { sid: 9001 }),
  );
  const answers = await Promise.all(asked);
  for (const { status, headers, text } of answers) {
    if (status === 200) assert.equal(JSON.parse(text).size, 3);
    else assert.deepEqual([status, headers["retry-after"]], [429, "5"], text);
  }
});
