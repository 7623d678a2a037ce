// `dunlin import`: from files of the incumbent's API to a node that answers by them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startNode } from "../support/start-node.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const EXPORT = fileURLToPath(new URL("../../cases/migration/export", import.meta.url));
const ACME = ["--pid", "1794", "--alias", "acme", "--org", "A1B2C3D4E5F60718293A4B5C@AdobeOrg"];

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-import-"));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function dunlinImport(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "import", ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("an export becomes a workspace, and a node that serves it answers with its segments", async () => {
  const out = join(folder, "acme.yaml");
  const ran = await dunlinImport(EXPORT, ...ACME, "--out", out);
  assert.deepEqual([ran.code, ran.stdout], [1, ""]);
  assert.match(ran.stderr, /^dunlin: traits-page-1\.json: trait 300115 .*E_SINGLE_EQUALS/m);
  assert.match(ran.stderr, /^dunlin: Imported dataSources 8, .*segments 7,.*acme\.yaml; 11 notes/m);

  // What no file of the API says, the operator does.
  const yaml = await readFile(out, "utf8");
  await writeFile(out, yaml.replace("traitsInResponse: false", "traitsInResponse: true"));
  await using node = await startNode({ args: ["--workspace", out] });
  const device = "22920112968019678612904394744954398990";
  const call = (query: string) => {
    return node.collect(`/event?d_rtbd=json&d_cts=2&d_uuid=${device}&${query}`, {
      host: "acme.dcs.localhost",
    });
  };
  assert.deepEqual(segmentsIn(await call("product=tripod")), []);
  assert.deepEqual(segmentsIn(await call("product=camera")), [410001]);
  await call("search=half+marathon");
  const both = await call("c_category=running&page=product&d_dst=1");
  assert.deepEqual(segmentsIn(both), [410001, 410002]);
  assert.match(both.text, /list\.example\/send\?data=/);
});

function segmentsIn(answer: { json(): unknown }): unknown {
  return Object(answer.json()).segments ?? [];
}

test("the report is a document where it is asked for, and an export of which all comes along ends with 0", async () => {
  const files = join(folder, "small.json");
  const source = { dataSourceId: 5, pid: 1794, name: "Site", idType: "COOKIE" };
  const trait = { sid: 1, pid: 1794, dataSourceId: 5, name: "A", traitRule: 'a == "b"' };
  await writeFile(files, JSON.stringify({ datasources: [source], traits: [trait] }));
  const out = join(folder, "small.out.json");
  const ran = await dunlinImport(files, ...ACME, "--out", out, "--json");
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  const report = JSON.parse(ran.stdout);
  assert.deepEqual(report.counts, { dataSources: 1, traits: 1 });
  assert.equal(JSON.parse(await readFile(out, "utf8")).traits.length, 1);

  await writeFile(files, JSON.stringify({ traits: [{ ...trait, sid: 2 }] }));
  const merged = await dunlinImport(files, "--merge", out);
  assert.equal(merged.code, 0, merged.stderr);
  assert.deepEqual(
    JSON.parse(merged.stdout).traits.map(({ sid }: { readonly sid: number }) => sid),
    [1, 2],
  );
});

test("an import that cannot be done writes nothing, ends with 2 and says which option helps", async () => {
  const none = join(folder, "none.json");
  const broken = join(folder, "broken.json");
  await writeFile(broken, '{"traits": [');
  for (const [args, says] of [
    [[EXPORT], /--pid: The objects belong to partners 1794, 2011/],
    [[EXPORT, "--pid", "1794"], /--alias: Expected.*\n.*--org: Expected/],
    [[EXPORT, ...ACME, "--merge", none], /none\.json: E_FILE/],
    [[EXPORT, ...ACME, "--json"], /--json: E_VALUE: .*--out/],
    [[EXPORT, ...ACME, "--pid", "x"], /--pid: E_VALUE/],
    [[EXPORT, ...ACME, "--out", join(none, "x")], /E_FILE: Expected a file that can be written/],
    [[broken, none, ...ACME], /broken\.json: lost: Line 1.*\n.*none\.json: lost: .*cannot be read/],
    [[], /FILE: E_VALUE/],
  ] as const) {
    const ran = await dunlinImport(...args);
    assert.deepEqual([ran.code, ran.stdout], [2, ""], ran.stderr);
    assert.match(ran.stderr, says);
  }
});
