// Every command in the documents is run, in their order, against a node with the demo's definitions; an
// answer shown after a command must have that shape. A command that cannot be run here says why in a
// comment before it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type RunningNode, startNode } from "../support/start-node.ts";
import { mismatches } from "../support/vector-matcher.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const COMMAND_LIMIT_MS = 30_000;

interface Example {
  readonly line: number;
  /** Why it is not run; null where it is. */
  readonly notRun: string | null;
  readonly command: string;
  /** JSON shown after the command, or null. */
  readonly answer: string | null;
}

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join("docs", path)),
];

const BLOCK = /(?:<!-- not run: ([^>]+) -->\n)?```(sh|json)\n([\s\S]*?)```/g;

function examplesOf(text: string): Example[] {
  const examples: Example[] = [];
  for (const match of text.matchAll(BLOCK)) {
    const [, notRun, kind, body = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    const last = examples.at(-1);
    if (kind === "sh") {
      examples.push({ line, notRun: notRun ?? null, command: body, answer: null });
    } else if (last !== undefined) {
      examples[examples.length - 1] = { ...last, answer: body };
    }
  }
  return examples;
}

/** In a shown answer "…" stands for any text, and an object may hold more than is shown. */
function expectation(shown: unknown): unknown {
  if (shown === "…") return { $type: "string" };
  if (Array.isArray(shown)) return shown.map(expectation);
  if (typeof shown !== "object" || shown === null) return shown;
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, expectation(value)]));
}

let node: RunningNode;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-docs-"));
  node = await startNode({
    clock: "system",
    args: ["--seed", join(root, "demo/workspace.yaml")],
  });
});
after(async () => {
  await node[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** As a reader's shell would run it, but for the ports, which are this node's. */
async function runExample(command: string): Promise<string> {
  const here = command
    .replaceAll("http://127.0.0.1:8080", node.collectUrl)
    .replaceAll("http://127.0.0.1:8081", node.manageUrl)
    .replaceAll("npx dunlin", `node ${join(root, "bin/dunlin.js")}`);
  const { stdout } = await run("bash", ["-euo", "pipefail", "-c", here], {
    cwd: folder,
    timeout: COMMAND_LIMIT_MS,
    env: {
      ...process.env,
      TOKEN: node.token,
      PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`,
    },
  });
  return stdout;
}

for (const path of DOCUMENTS) {
  const examples = examplesOf(readFileSync(join(root, path), "utf8"));
  if (examples.length === 0) continue;
  describe(path, () => {
    for (const { line, notRun, command, answer } of examples) {
      const title = `line ${line}: ${command.trim().split("\n", 1)[0]?.slice(0, 90)}`;
      if (notRun !== null) {
        test(`${title} (not run: ${notRun})`, () => assert.ok(notRun.trim().length > 10));
        continue;
      }
      test(title, async () => {
        const output = await runExample(command);
        if (answer === null) return;
        assert.deepEqual(mismatches(JSON.parse(output), expectation(JSON.parse(answer))), []);
      });
    }
  });
}

test("links between documents lead somewhere", () => {
  for (const path of DOCUMENTS) {
    const text = readFileSync(join(root, path), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const from = join(root, path, "..", target);
      assert.doesNotThrow(
        () => readdirOrFile(from),
        `${path} links to ${target}, which is not there`,
      );
    }
  }
});

function readdirOrFile(path: string): void {
  if (path.endsWith("/")) readdirSync(path);
  else readFileSync(path);
}
