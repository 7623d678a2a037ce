// Commands as people get them wrong, and nodes that are none: a code to go by, a line to read, and nothing of our
// insides. The wrong calls are rows of cases/cli-errors.json: what is asked, and what is said of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../src/cli/run-command.ts";

interface WrongCall {
  readonly args: readonly string[];
  /** 2 unless said otherwise. */
  readonly code?: number;
  readonly says: string;
}

const CASES = new URL("../../cases/cli-errors.json", import.meta.url);
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
// Cases are written by us; a wrong one fails its test.
const WRONG_CALLS = JSON.parse(readFileSync(CASES, "utf8")) as readonly WrongCall[];

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-cli-"));
  const noise = new Uint8Array(3_000).map((_, place) => (place * 167 + 129) % 256);
  const nine = (name: string) => `[${new Array(9).fill(`*${name}`).join(",")}]`;
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [at, name] of [..."bcdefg"].entries()) {
    bomb.push(`${name}: &${name} ${nine("abcdef"[at] ?? "")}`);
  }
  const files: Readonly<Record<string, string | Uint8Array>> = {
    ...{ "noise.json": noise, "noise.yaml": noise, "empty.json": "", "list.json": "[]" },
    ...{ "deep.json": "[".repeat(200_000), "bomb.yaml": bomb.join("\n"), "good.json": "{}" },
    "cut.json": "{",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
});
after(() => rm(folder, { recursive: true, force: true }));

async function dunlin(args: readonly string[], environment: Record<string, string> = {}) {
  const printed: string[] = [];
  const started = () => assert.fail("No node is started.");
  const outcome = await runCommand({
    ...{ args, environment, print: (text: string) => void printed.push(text) },
    ...{ serve: started, backUp: started, restore: started },
  });
  return { ...outcome, stdout: printed.join("") };
}

function assertReadable(lines: readonly string[], where: string): void {
  assert.ok(lines.length > 0, where);
  for (const line of lines) {
    assert.match(line, /^[^\p{Cc}]+$/u, where);
    assert.doesNotMatch(line, /\bat \S+ \(|node_modules|(?:Syntax|Type|Range)Error/, where);
  }
}

for (const { args, code = 2, says } of WRONG_CALLS) {
  test(`dunlin ${args.join(" ")} ends with ${code} and says why`, async () => {
    const filled = args.map((each) => each.replace("{folder}", folder));
    const { exitCode, lines, stdout } = await dunlin(filled);
    assert.deepEqual([exitCode, stdout], [code, ""], lines.join("\n"));
    assert.match(lines[0] ?? "", new RegExp(says));
    assertReadable(lines, args.join(" "));
  });
}

test("help comes however it is asked for", async () => {
  for (const args of [
    ["help", "plan"],
    ["plan", "-h"],
    ["plan", "--help"],
    ["plan", "x", "-h"],
  ]) {
    assert.match((await dunlin(args)).stdout, /^Usage: dunlin plan /);
  }
  for (const args of [["-h"], ["help"], ["help", "nothing"]]) {
    assert.match((await dunlin(args)).stdout, /^Usage: dunlin <command>/);
  }
});

const JSON_TYPE = { "content-type": "application/json" };
const ESCAPES = { at: "/a\u001b[2J", code: "E_VALUE", message: "Red:\u001b[31m\u0007" };
const STRANGE_NODES: Readonly<Record<string, (answer: ServerResponse) => void>> = {
  "a web site": (answer) => answer.end("<html>Welcome\u001b[31m</html>"),
  "nothing at all": (answer) => answer.end(),
  null: (answer) => answer.writeHead(200, JSON_TYPE).end("null"),
  "another API": (answer) => answer.writeHead(200, JSON_TYPE).end('{"hello":1,"at":1e99}'),
  "a list of anything": (answer) => answer.writeHead(200, JSON_TYPE).end('[1,null,{"at":1e99}]'),
  "a fault": (answer) => answer.writeHead(500).end("Error\n    at x (y.js:1:1)"),
  "half an answer": (answer) => {
    answer.writeHead(200, { ...JSON_TYPE, "content-length": "1000" }).write("{");
    setImmediate(() => answer.destroy());
  },
  "the way elsewhere": (answer) => answer.writeHead(302, { location: "http://a.example/" }).end(),
  "what moves the cursor": (answer) =>
    answer
      .writeHead(400, JSON_TYPE)
      .end(JSON.stringify({ detail: "\u001b[2J", errors: [ESCAPES] })),
};

const WHO = ["--partner", "1", "--uuid", "1"];
const QUESTIONS: readonly (readonly string[])[] = [
  ...[["export"], ["plan", "FILE"], ["apply", "FILE"], ["visitor", ...WHO], ["lint"]],
  ...[
    ["explain", ...WHO, "--segment", "5"],
    ["explain", ...WHO, "--segment", "5", "--json"],
  ],
  ...[["revisions"], ["revisions", "show", "1"], ["revisions", "diff", "1", "2"]],
  ...[
    ["revisions", "restore", "1"],
    ["token", "list"],
    ["token", "revoke", "x"],
  ],
  ...[
    ["token", "create", "--name", "a", "--role", "viewer"],
    ["user", "list"],
  ],
  ...[
    ["user", "create", "u"],
    ["user", "lock", "u"],
    ["user", "password", "u"],
  ],
];

for (const [what, answerAs] of Object.entries(STRANGE_NODES)) {
  test(`no command takes ${what} for the answer of a node`, async () => {
    const server = createServer((request, answer) => {
      request.resume().once("end", () => answerAs(answer));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = Object(server.address());
    const environment = { DUNLIN_NODE: `http://127.0.0.1:${port}`, DUNLIN_TOKEN: "t" };
    for (const question of QUESTIONS) {
      const args = question.map((each) => (each === "FILE" ? join(folder, "good.json") : each));
      const { exitCode, lines, stdout } = await dunlin(args, environment);
      const code = what === "what moves the cursor" ? 2 : 1;
      // What may well be a list of users has nobody of that name, or is one of strangers.
      const where = `${question.join(" ")}: ${exitCode} ${stdout} ${lines.join()}`;
      assert.deepEqual([exitCode, stdout], [code, ""], where);
      assertReadable(lines, where);
    }
    server.closeAllConnections();
    server.close();
  });
}

/** Runs the program itself, with its standard output going there. */
async function run(args: readonly string[], stdout: "pipe" | number) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", stdout, "pipe"] });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // Whoever reads has seen enough.
  child.stdout?.once("data", () => child.stdout?.destroy());
  const [code] = await once(child, "close");
  return { code, stderr };
}

test("a command that waits for a node that hangs ends when it is told to, and says nothing", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const server = createServer(() => resolve()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = Object(server.address());
  const node = ["--node", `http://127.0.0.1:${port}`, "--token", "t"];
  const child = spawn(process.execPath, [MAIN, "plan", join(folder, "good.json"), ...node]);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Buffer) => said.push(bytes.toString()));
  }
  await asked;
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "close"), [null, "SIGINT"]);
  assert.deepEqual(said, []);
  server.closeAllConnections();
  server.close();
});

test("a reader who leaves early is no fault; a full disk is one", async () => {
  const traits = Array.from({ length: 3_000 }, (_, place) => {
    const rule = 'a == "1" AND NOT a == "1"';
    return { sid: place + 1, pid: 1, dataSourceId: 1, name: `T ${place}`, traitRule: rule };
  });
  const orgId = "A1B2C3D4E5F60718293A4B5C@AdobeOrg";
  const partners = [{ pid: 1, alias: "one", name: "One", orgId }];
  const dataSources = [{ dataSourceId: 1, pid: 1, name: "Site", idType: "COOKIE" }];
  const long = join(folder, "long.json");
  await writeFile(long, JSON.stringify({ partners, dataSources, traits }));
  assert.deepEqual(await run(["lint", long], "pipe"), { code: 1, stderr: "" });
  assert.deepEqual(await run(["--help"], "pipe"), { code: 0, stderr: "" });
  const full = await run(["--help"], openSync("/dev/full", "w"));
  assert.deepEqual(full, {
    code: 1,
    stderr: "dunlin: Standard output could not be written: ENOSPC.\n",
  });
});
