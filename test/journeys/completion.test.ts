// Completion as shells do it: the printed script is sourced, and asked as the shell asks it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { COMMANDS } from "../../src/cli/commands.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

async function scriptFor(shell: string): Promise<string> {
  const { stdout } = await run(process.execPath, ["src/main.ts", "completion", shell], {
    cwd: root,
  });
  return stdout;
}

/** A line as it stands before the cursor, and what bash is offered for its last word. */
async function offered(script: string, lines: readonly string[]): Promise<string[][]> {
  const asks = lines.map((line) => {
    const words = line.split(" ");
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _dunlin; printf '%s\\n' "\${COMPREPLY[*]}"`;
  });
  const text = [script, "complete -p dunlin", ...asks].join("\n");
  const { stdout } = await run("bash", ["--norc", "-c", text], { cwd: root });
  const [registered = "", ...replies] = stdout.split("\n");
  assert.equal(registered, "complete -F _dunlin dunlin");
  return lines.map((_, place) => (replies[place] ?? "").split(" ").filter((word) => word !== ""));
}

test("bash is offered commands, their options, and what an option takes", async () => {
  const lines = [
    "dunlin ",
    "dunlin li",
    "dunlin lint --f",
    "dunlin lint --fail-on ",
    "dunlin completion z",
  ];
  const files = [
    "dunlin lint demo/w",
    "dunlin test x --workspace demo/work",
    "dunlin backup --to sr",
  ];
  const none = ["dunlin export ", "dunlin apply --token ", "dunlin serve --clock m"];
  const replies = await offered(await scriptFor("bash"), [...lines, ...files, ...none]);
  assert.deepEqual(replies, [
    [...COMMANDS.map(({ name }) => name), "--help", "--version"],
    ["lint"],
    ["--fail-on"],
    ["warning", "note", "never"],
    ["zsh"],
    ["demo/workspace.yaml"],
    ["demo/workspace.yaml"],
    ["src"],
    [],
    [],
    ["manual"],
  ]);
});

test("bash is offered every option of every command", async () => {
  const lines = COMMANDS.map(({ name }) => `dunlin ${name} --`);
  const replies = await offered(await scriptFor("bash"), lines);
  for (const [place, { name, options }] of COMMANDS.entries()) {
    const expected = [...options.map((option) => `--${option.name}`), "--help"];
    assert.deepEqual(replies[place], expected, name);
  }
});

test("the scripts for zsh and fish name every command and every option", async () => {
  const [zsh, fish] = await Promise.all([scriptFor("zsh"), scriptFor("fish")]);
  for (const { name, options } of COMMANDS) {
    assert.match(zsh, new RegExp(`^ {4}${name}\\) _arguments `, "m"));
    assert.match(fish, new RegExp(` -a ${name} -d `));
    for (const option of options) {
      assert.match(zsh, new RegExp(`^ {4}${name}\\) .*'--${option.name}\\[`, "m"));
      assert.match(fish, new RegExp(`subcommand_from ${name}' -l ${option.name}( |$)`, "m"));
    }
  }
  // Both quote as bash does: it reads their quotes to the end.
  for (const script of [zsh, fish]) {
    const quotes = script.replaceAll("'\\''", "").match(/'/g) ?? [];
    assert.equal(quotes.length % 2, 0);
  }
});
