// Commands that work on files, from their arguments to what they print and the code they end with.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { aPartner, aSegment, aTrait } from "../catalog/builders.ts";
import { COMMANDS } from "./commands.ts";
import { runCommand } from "./run-command.ts";

const DEMO = fileURLToPath(new URL("../../demo/workspace.yaml", import.meta.url));
const DEMO_CASES = fileURLToPath(new URL("../../demo/rule-cases.yaml", import.meta.url));

const ODD = {
  partners: [aPartner(1957)],
  dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
  traits: [
    aTrait(5, { name: "Blue\u0007", traitRule: 'color == "blue" OR (size > 5 AND NOT size > 3)' }),
    aTrait(6, { traitRule: "COLOR == blue OR (size > 5 AND NOT size > 3)" }),
    aTrait(7, { traitRule: `c_a == "${"x".repeat(200)}" OR NOT c_a == "1"` }),
  ],
  segments: [aSegment(9, "5T AND (6T OR 7T)")],
};

let folder: string;
let odd: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-local-"));
  odd = await fileOf("odd.json", JSON.stringify(ODD));
});
after(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function dunlin(...args: readonly string[]) {
  const printed: string[] = [];
  const started = () => assert.fail("No node is started.");
  const outcome = await runCommand({
    args,
    environment: {},
    print: (text) => void printed.push(text),
    ...{ serve: started, backUp: started, restore: started },
  });
  return { ...outcome, stdout: printed.join(""), stderr: outcome.lines.join("\n") };
}

test("lint says where, what, whose, and shows the rule with the place in it", async () => {
  const { exitCode, stdout, stderr } = await dunlin("lint", odd);
  assert.deepEqual([exitCode, stderr], [1, ""]);
  const shown = stdout.replaceAll(odd, "odd.json");
  assert.ok(
    shown.includes(
      [
        "odd.json: /traits/0/traitRule, column 21: warning L_NEVER: The part of the rule that begins here can never be true.",
        '    trait 5 "Blue "',
        '    color == "blue" OR (size > 5 AND NOT size > 3)',
        `    ${" ".repeat(20)}^`,
      ].join("\n"),
    ),
    shown,
  );
  assert.match(
    shown,
    /\/traits\/1\/traitRule: warning L_DUPLICATE_TRAIT: [^\n]*\n.*\n.*\n {4}see \/traits\/0: trait 5 "Blue "\n/,
  );
  assert.match(shown, /\/traits\/2\/traitRule: warning W_VACUOUS: /);
  assert.match(shown, /\n {4}c_a == "x{100,}…\n/);
  assert.match(shown, /\n\d warnings, \d notes?\n$/);
});

test("lint ends with 1 only for what is asked to end it, and gives all of it as JSON", async () => {
  const notes = await fileOf(
    "notes.json",
    JSON.stringify({ ...ODD, traits: [aTrait(5)], segments: [aSegment(9, "5T")] }),
  );
  const codes = [];
  for (const args of [
    [odd, "--fail-on", "never"],
    [notes],
    [notes, "--fail-on=note"],
    [notes, "--fail-on", "warning"],
  ]) {
    codes.push((await dunlin("lint", ...args)).exitCode);
  }
  assert.deepEqual(codes, [0, 0, 1, 0]);
  const {
    file,
    warnings,
    notes: count,
    findings,
  } = JSON.parse((await dunlin("lint", notes, "--json")).stdout);
  assert.deepEqual([file, warnings, count], [notes, 0, 1]);
  assert.deepEqual(findings[0].at, "/segments/0");
});

test("lint takes the evidence of nodes and a bound on what rules may cost", async () => {
  const evidence = await fileOf(
    "seen.yaml",
    'partners: { "1957": { seenKeys: { c_color: 3, size: 2, c_a: 1 } } }',
  );
  const seen = await dunlin("lint", odd, "--evidence", evidence, "--max-cost", "2");
  assert.match(seen.stdout, /L_UNSEEN_KEY: .*"color", but calls carry "c_color"/);
  assert.match(seen.stdout, /L_COST: The rule costs 3, more than 2/);
  const wrong = await fileOf("wrong.json", "[]");
  const refused = await dunlin("lint", odd, "--evidence", wrong);
  assert.deepEqual([refused.exitCode, refused.stdout], [2, ""]);
  assert.match(refused.stderr, /wrong\.json: \/: expected/);
});

test("the demo's definitions have nothing to warn of, and its cases pass", async () => {
  assert.match((await dunlin("lint", DEMO)).stdout, /\n0 warnings, \d+ notes\n$/);
  const { exitCode, stdout } = await dunlin("test", DEMO_CASES, "--workspace", DEMO);
  assert.equal(exitCode, 0, stdout);
  assert.match(
    stdout,
    /^ok {4}three views of running shoes .*\n(ok {4}.*\n)+\d+ cases, 0 failed\n$/,
  );
});

test("a case that fails shows what was expected, what came, and why", async () => {
  const cases = await fileOf(
    "cases.yaml",
    `
partner: demo
cases:
  - { name: too few, signals: { c_category: running-shoes }, expect: { segments: [6001], traits: [5012] } }
  - { name: good, signals: {}, expect: { notSegments: [6001] } }
`,
  );
  const { exitCode, stdout, stderr } = await dunlin("test", cases, DEMO_CASES, "--workspace", DEMO);
  assert.deepEqual([exitCode, stderr], [1, ""]);
  assert.match(
    stdout,
    /^FAIL {2}too few \(\S+cases\.yaml\)\n {6}segment 6001 "Shopping for running shoes" at 2026-01-31T12:00:00\.000Z: expected in, got not in\n {8}The rule does not hold: it needs 2 more realizations of trait 5011/,
  );
  assert.match(
    stdout,
    /trait 5012 "Viewed trail shoes": expected realized, got the opposite\n {8}realized at \S+: 5011\n/,
  );
  assert.match(stdout, /\nok {4}good\n[\s\S]*\d+ cases, 1 failed\n$/);
  const whole = JSON.parse((await dunlin("test", cases, "--workspace", DEMO, "--json")).stdout);
  assert.deepEqual([whole.cases, whole.failed, whole.results[1].failures], [2, 1, []]);
  assert.equal(whole.results[0].failures[0].proof.rule.holds, false);
});

test("what is asked wrongly ends with 2 and says what was expected", async () => {
  const faulty = await fileOf("faulty.json", JSON.stringify({ ...ODD, traits: 7 }));
  const badCases = await fileOf("bad.yaml", "cases: [{ name: x, partner: demo, expects: 1 }]");
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [["lint"], /^FILE: E_VALUE: Expected one FILE/],
    [["lint", odd, DEMO], /workspace\.yaml: E_VALUE: Expected one FILE/],
    [["lint", join(folder, "none.json")], /none\.json: E_FILE: /],
    [["lint", faulty], /faulty\.json: \/traits: E_TYPE: /],
    [
      ["lint", odd, "--fail-on", "all"],
      /^--fail-on: E_VALUE: Expected one of warning, note, never/,
    ],
    [["lint", odd, "--max-cost", "-1"], /^--max-cost: E_VALUE: /],
    [["lint", odd, "--max"], /^--max: E_UNKNOWN_KEY: .*--max-cost/],
    [["lint", odd, "--evidence", join(folder, "none.json")], /none\.json: E_FILE: /],
    [["test", "--workspace", DEMO], /^FILE: E_VALUE: Expected at least one FILE/],
    [["test", DEMO_CASES], /^--workspace: E_VALUE: /],
    [["test", DEMO_CASES, "--workspace", faulty], /faulty\.json: \/traits: E_TYPE: /],
    [
      ["test", badCases, "--workspace", DEMO],
      /bad\.yaml: \/cases\/0\/expects: E_UNKNOWN_KEY: .*"expect"/,
    ],
    [["completion", "tcsh"], /^tcsh: E_VALUE: Expected one of bash, zsh, fish/],
    [["completion"], /^SHELL: E_VALUE: /],
    [["limt"], /^limt: E_UNKNOWN_KEY: Expected a command: serve, .*lint/],
  ];
  for (const [args, expected] of rows) {
    const { exitCode, stdout, stderr } = await dunlin(...args);
    assert.deepEqual([exitCode, stdout], [2, ""], `${args}: ${stderr}`);
    assert.match(stderr, expected);
  }
});

test("every command has its help, which names every option", async () => {
  const all = await dunlin("--help");
  for (const { name, summary, options } of COMMANDS) {
    assert.ok(all.stdout.includes(`  ${name.padEnd(13)}${summary}\n`), name);
    const { exitCode, stdout } = await dunlin(name, "--help");
    assert.equal(exitCode, 0);
    assert.match(stdout, new RegExp(`^Usage: dunlin ${name} `));
    for (const option of options)
      assert.match(stdout, new RegExp(`^ {2}--${option.name}( |$)`, "m"));
  }
});

test("a file in another encoding than UTF-8 is refused by its name", async () => {
  const text = JSON.stringify({ partners: [aPartner(1957, { name: "M\u00fcller" })] });
  const path = join(folder, "latin.json");
  await writeFile(path, Buffer.from(text, "latin1"));
  for (const args of [
    ["lint", path],
    ["test", DEMO_CASES, "--workspace", path],
    ["apply", path, "--token", "x"],
  ]) {
    const { exitCode, stderr } = await dunlin(...args);
    assert.deepEqual([exitCode, stderr], [2, `${path}: E_FILE: Expected a text in UTF-8.`]);
  }
  const marked = await fileOf("marked.json", `\uFEFF${text}`);
  assert.equal((await dunlin("lint", marked, "--fail-on", "never")).exitCode, 0);
});

test("lint of a file speaks of all partners, and does not pretend to choose one", async () => {
  const { exitCode, stdout, stderr } = await dunlin("lint", odd, "--partner", "7");
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(stderr, /^--partner: E_VALUE: Expected it with --node: /);
});

test("cases that are no list are one fault, and no case is looked for in them", async () => {
  for (const [text, code] of [
    ["cases: 5", "E_TYPE"],
    ["cases: []", "E_TYPE"],
    ["partner: demo", "E_MISSING_KEY"],
  ] as const) {
    const path = await fileOf("no-cases.yaml", text);
    const { exitCode, stderr } = await dunlin("test", path, "--workspace", DEMO);
    const expected = `${path}: /cases: ${code}: Expected a list of at least one case.`;
    assert.deepEqual([exitCode, stderr], [2, expected]);
  }
});
