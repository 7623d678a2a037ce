// What `npm pack` makes of the repository: unpacked beside installed packages it runs, by its own path and by a
// link such as npx and npm make.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readyLineOf, runServe, type Started } from "../support/start-node.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOKEN = "a-token-of-the-packed";

let folder: string;
let files: readonly string[];
let link: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-packed-"));
  const options = ["--json", "--ignore-scripts", "--offline", "--pack-destination", folder];
  const packed = await run("npm", ["pack", ...options], ROOT);
  assert.equal(packed.code, 0, packed.stderr);
  const [{ filename, files: listed }] = JSON.parse(packed.stdout);
  files = listed.map(({ path }: { readonly path: string }) => path);
  const unpacked = await run("tar", ["xzf", filename], folder);
  assert.equal(unpacked.code, 0, unpacked.stderr);
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await mkdir(join(folder, "bin"));
  link = join(folder, "bin", "dunlin");
  await symlink("../package/bin/dunlin.js", link);
});
after(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], cwd = folder): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("the package holds the server and its documents, and no tests", () => {
  for (const wanted of ["bin/dunlin.js", "src/main.ts", "LICENSE", "README.md", "docs/access.md"]) {
    assert.ok(files.includes(wanted), wanted);
  }
  const others = files.filter((path) =>
    /\.(?:test|contract)\.ts$|^(?:test|bench|cases)\//.test(path),
  );
  assert.deepEqual(others, []);
});

test("it says its version, by its own path and by a link", async () => {
  for (const path of [join(folder, "package/bin/dunlin.js"), link]) {
    const { code, stdout, stderr } = await run(process.execPath, [path, "--version"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  }
});

test("it serves with the demo's definitions by a link, and ends when it is asked to", async () => {
  const places = ["--data", join(folder, "data"), "--workers", "2", "--admin-token", TOKEN];
  const planes = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];
  const demo = join(folder, "package/demo/workspace.yaml");
  const started: Started = runServe([...places, ...planes, "--seed", demo], {}, link);
  const { collect, manage } = await readyLineOf(started);
  const called = await fetch(`${collect}/event?d_rtbd=json&c_page=home&d_orgid=x`);
  assert.equal(called.status, 200);
  const env = ["--node", manage, "--token", TOKEN];
  const listed = await run(process.execPath, [link, "revisions", "list", ...env]);
  assert.match(listed.stdout, /\n1 .*What the node was started with\.\n$/);
  started.process.kill("SIGTERM");
  assert.deepEqual(await started.ended, { code: 0, signal: null });
});

test("inside node_modules, where Node takes no TypeScript, it says so", async () => {
  const inside = join(folder, "elsewhere/node_modules");
  await mkdir(inside, { recursive: true });
  await rename(join(folder, "package"), join(inside, "dunlin"));
  const { code, stdout, stderr } = await run(process.execPath, [
    join(inside, "dunlin/bin/dunlin.js"),
  ]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /^dunlin: Dunlin runs from its own folder, not from inside node_modules: [^\n]+\n$/,
  );
});
