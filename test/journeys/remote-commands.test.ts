// `dunlin export`, `apply`, `visitor` and `explain` against a running node.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { ALPHA } from "../support/several-nodes.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const DEVICE = "22920112968019678612904394744954398990";

let node: RunningNode;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-remote-"));
  node = await startNode({ workspace: PROTOCOL_WORKSPACE });
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

function dunlin(args: readonly string[], more: Record<string, string> = {}): Promise<Ran> {
  const env = {
    ...process.env,
    ...{ DUNLIN_NODE: node.manageUrl, DUNLIN_TOKEN: node.token },
    ...more,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("what is exported can be applied, as JSON and as YAML, and is a revision each time", async () => {
  const exported = await dunlin(["export"]);
  assert.deepEqual([exported.code, exported.stderr], [0, ""]);
  const document = JSON.parse(exported.stdout);
  assert.deepEqual(document, JSON.parse((await node.manage("GET", "/v1/workspace")).text));

  const json = join(folder, "all.json");
  const yaml = join(folder, "all.yaml");
  document.partners[0].name = "Renamed";
  await writeFile(json, JSON.stringify(document));
  document.partners[0].name = "Renamed again";
  await writeFile(yaml, stringify(document));
  const revisions: number[] = [];
  for (const file of [json, yaml]) {
    const applied = await dunlin(["apply", file]);
    assert.deepEqual([applied.code, applied.stderr], [0, ""]);
    const { revision, changes } = JSON.parse(applied.stdout);
    revisions.push(revision);
    assert.equal(changes.partners.updated, 1, applied.stdout);
  }
  assert.equal(revisions[1], Number(revisions[0]) + 1);
  assert.match((await dunlin(["export"])).stdout, /"Renamed again"/);
});

test("a faulty document ends with 2, a line for each fault with its file and place, and changes nothing", async () => {
  const before = (await node.manage("GET", "/v1/workspace")).text;
  const path = join(folder, "faulty.json");
  const document = JSON.parse(before);
  document.traits[0].traitRule = 'key1 = "open';
  await writeFile(path, JSON.stringify(document));
  const applied = await dunlin(["apply", path]);
  assert.deepEqual([applied.code, applied.stdout], [2, ""]);
  assert.match(applied.stderr, /^dunlin: \S+faulty\.json: \/traits\/0\/traitRule, column \d+: E_/);
  await writeFile(path, "{");
  assert.match((await dunlin(["apply", path])).stderr, /faulty\.json: \/: E_SYNTAX: Line 1/);
  assert.equal((await node.manage("GET", "/v1/workspace")).text, before);
});

test("a visitor is shown, and a trait explained, in words and whole", async () => {
  await node.collect(`/event?d_rtbd=json&key1=val1&d_uuid=${DEVICE}`, { host: ALPHA });
  const who = ["--partner", "1957", "--uuid", DEVICE];
  const shown = await dunlin(["visitor", ...who]);
  assert.equal(shown.code, 0, shown.stderr);
  assert.equal(JSON.parse(shown.stdout).profiles[0].traits[0].sid, 5001);

  const held = await dunlin(["explain", ...who, "--trait=5001"]);
  assert.match(held.stdout, /^yes\n.*5001/);
  const whole = await dunlin(["explain", ...who, "--trait", "5001", "--json"]);
  assert.deepEqual([JSON.parse(whole.stdout).trait, JSON.parse(whole.stdout).member], [5001, true]);
  const before = await dunlin([
    "explain",
    ...who,
    "--trait",
    "5001",
    "--at",
    "2001-01-01T00:00:00Z",
  ]);
  assert.match(before.stdout, /^no\n/);
});

test("what is asked wrongly ends with 2 and says what was expected", async () => {
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [["apply"], /FILE: E_VALUE: Expected one FILE/],
    [["apply", join(folder, "none.json")], /none\.json: E_FILE: Expected a file/],
    [["export", "more"], /more: E_VALUE: Expected options only/],
    [["export", "--nod", "x"], /--nod: E_UNKNOWN_KEY: Unknown option; expected --node, --token/],
    [["export", "--node", "ftp://x"], /--node: E_VALUE: Expected the management plane's URL/],
    [["export", "--token="], /--token: E_VALUE: Expected a value/],
    [["export", "--token", "wrong"], /401: /],
    [["visitor", "--uuid", DEVICE], /--partner: E_VALUE: Expected a partner's ID/],
    [["visitor", "--partner", "1957"], /400: .*\n?.*one way to name the visitor/],
    [["visitor", "--partner", "4", "--uuid", DEVICE], /404: /],
    [["explain", "--partner", "1957", "--uuid", DEVICE, "--segment", "x"], /400: /],
  ];
  const ran = await Promise.all(rows.map(([args]) => dunlin(args)));
  for (const [place, [args, expected]] of rows.entries()) {
    const { code, stdout, stderr } = ran[place] ?? assert.fail();
    assert.deepEqual([code, stdout], [2, ""], `${args}: ${stderr}`);
    assert.match(stderr, expected);
    assert.ok(!stderr.includes(node.token));
  }
});

test("a node that is not there, or is none of ours, ends with 1; each command has its help", async () => {
  // One that has just gone: its port is nobody's now.
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = Object(server.address());
  server.close();
  await once(server, "close");
  const gone = await dunlin(["export", "--node", `http://127.0.0.1:${port}`]);
  assert.deepEqual([gone.code, gone.stdout], [1, ""]);
  assert.match(gone.stderr, /^dunlin: http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  for (const command of ["export", "apply", "visitor", "explain"]) {
    const help = await dunlin([command, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`^Usage: dunlin ${command} `));
  }
});
