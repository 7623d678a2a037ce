// How a node starts, or says why it does not.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runServe, startNode } from "../support/start-node.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-serve-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const FREE_PORTS = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];

test("a node says that it is ready with exactly the documented keys, and nothing else", async () => {
  await using node = await startNode({ workers: 2, args: ["--region", "9"] });
  const lines = node.output().stdout.split("\n");
  assert.equal(lines.length, 2);
  const ready = JSON.parse(lines[0] ?? "");
  assert.deepEqual(Object.keys(ready), ["ready", "collect", "manage", "region", "pid"]);
  assert.equal(ready.ready, true);
  assert.equal(ready.region, 9);
  assert.equal(ready.pid, node.pid);
  assert.match(ready.collect, /^http:\/\/127\.0\.0\.1:[0-9]+$/);
  assert.equal((await node.manage("GET", "/ready")).status, 200);
  const { code } = await node.stop("SIGINT");
  assert.equal(code, 0);
});

describe("a node that is started wrongly ends with 2 and a line for each fault", () => {
  const cases: readonly [what: string, args: () => readonly string[], lines: RegExp[]][] = [
    [
      "wrong options",
      () => ["--region", "x", "--nonsense"],
      [/^dunlin: --nonsense: E_UNKNOWN_KEY: /, /^dunlin: --region: E_VALUE: Expected a whole/],
    ],
    [
      "a workspace that cannot be read",
      () => ["--workspace", join(folder, "none.json")],
      [/^dunlin: --workspace: E_FILE: .*none\.json: there is none\.$/],
    ],
    [
      "a workspace with faults",
      () => ["--workspace", join(folder, "faulty.json")],
      [
        /^dunlin: .*faulty\.json: \/partners\/0\/alias: E_MISSING_KEY: /,
        /^dunlin: .*faulty\.json: \/traits: E_TYPE: /,
      ],
    ],
    [
      "a seed that is not even YAML",
      () => ["--seed", join(folder, "broken.yaml")],
      [/broken\.yaml: \/: E_SYNTAX: Line 1, /, /broken\.yaml: \/: E_SYNTAX: Line 1, /],
    ],
  ];
  before(async () => {
    const partner = { pid: 1, name: "One", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" };
    const faulty = JSON.stringify({ partners: [partner], traits: 7 });
    await writeFile(join(folder, "faulty.json"), faulty);
    await writeFile(join(folder, "broken.yaml"), "{ partners: [");
  });
  for (const [what, args, expected] of cases) {
    test(what, async () => {
      const data = join(folder, "never-used");
      const { ended, output } = runServe(["--data", data, ...FREE_PORTS, ...args()]);
      assert.deepEqual(await ended, { code: 2, signal: null });
      assert.equal(output().stdout, "");
      const lines = output().stderr.trimEnd().split("\n");
      assert.equal(lines.length, expected.length, output().stderr);
      for (const [index, line] of lines.entries()) assert.match(line, expected[index] ?? /^$/);
    });
  }
});
