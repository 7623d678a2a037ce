// Each rule of the house is shown a violation, so that it is known to see one, and its lawful twin.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deadFileFaults } from "./dead-files.ts";
import {
  defaultExportFaults,
  leftOutTestFaults,
  lockFileFaults,
  machinePathFaults,
  nameFaults,
  promiseFaults,
} from "./habits.ts";
import { purityFaults } from "./purity.ts";
import { roomFaults } from "./rooms.ts";
import { sizeFaults } from "./sizes.ts";
import { plantSourceTree, type SourceTree } from "./source-tree.ts";

type Rule = (tree: SourceTree) => string[];

function assertFaults(
  rule: Rule,
  texts: Readonly<Record<string, string>>,
  expected: readonly string[],
): void {
  assert.deepEqual(rule(plantSourceTree(texts)), expected);
}

test("an import against the direction is named with both rooms", () => {
  assertFaults(
    roomFaults,
    {
      "src/rules/trait-index.ts": 'import { a } from "../model/a.ts";\nimport "../event/b.ts";',
      "src/event/b.ts": 'import type { C } from "../catalog/snapshot.ts";',
      "src/event/d.ts": 'export * from "../catalog/limits.ts";',
      "src/delivery/e.ts": 'const late = import("../catalog/limits.ts");',
      "src/node/f.ts": 'const file = new URL("../../test/g.ts", import.meta.url);',
    },
    [
      "delivery/e.ts may not import from catalog/: it wants catalog/limits (line 1).",
      "event/d.ts may not import from catalog/: it wants catalog/limits (line 1).",
      "node/f.ts may not import test/g.ts, which is not part of the server (line 1).",
      "rules/trait-index.ts may not import from event/: it wants event/b (line 2).",
    ],
  );
});

test("a file outside every room is named", () => {
  assertFaults(roomFaults, { "src/stuff/a.ts": 'import "../model/b.ts";' }, [
    "stuff/a.ts lies in no room of the table in test/tidy/rooms.ts.",
  ]);
});

test("a sub-room is entered by its front door only", () => {
  assertFaults(
    roomFaults,
    {
      "src/catalog/a.ts":
        'import "../rules/trait-index/trait-index.ts";\nimport "../rules/trait-index/posting.ts";',
      "src/rules/trait-index/trait-index.ts": 'import "./posting.ts";',
      "src/rules/owner.ts": 'import "./trait-index/posting.ts";',
      "src/catalog/a.test.ts": 'import "../rules/trait-index/posting.ts";',
    },
    [
      "catalog/a.ts may enter rules/trait-index/ only by trait-index.ts, not by posting.ts (line 2).",
    ],
  );
});

test("a package has one home, and the pure rooms none of Node's modules", () => {
  assertFaults(
    roomFaults,
    {
      "src/event/a.ts": 'import { open } from "lmdb";\nimport { readFileSync } from "node:fs";',
      "src/http/b.ts": 'import fastify from "fastify";\nimport { x } from "left-pad";',
      "src/ops/c.ts": 'import { createServer } from "node:http";',
      "src/rules/d.ts":
        'import { RE2JS } from "re2js";\nimport type { E } from "@dunlin/contract/errors";',
    },
    [
      "event/a.ts may not import lmdb, which lives in stores/ (line 1).",
      "event/a.ts may not import node:fs: event/ does without Node's modules (line 2).",
      "http/b.ts may not import left-pad, which has no home in test/tidy/rooms.ts (line 2).",
      "ops/c.ts may not import node:http, which lives in http/ (line 1).",
    ],
  );
});

test("a pure room may not ask for time, chance or the machine", () => {
  assertFaults(
    purityFaults,
    {
      "src/rules/a.ts": [
        "const at = Date.now();",
        "const today = new Date();",
        "const chance = Math.random();",
        'const name = process.env["HOME"];',
        "setTimeout(() => {}, 10);",
        "export const lawful = new Date(at + Date.UTC(2026, 0)).toISOString();",
        'const text = "Date.now() and Math.random()"; // Date.now()',
      ].join("\n"),
      "src/node/b.ts": "export const soon = Date.now();\nexport const env = process.env;",
      "src/ops/clock.ts": "export const now = () => Date.now();",
    },
    [
      "node/b.ts may not ask the machine for the time: take a clock or a number (line 1).",
      "rules/a.ts may not ask the machine for the time: take a clock or a number (line 1).",
      "rules/a.ts may not ask the machine for the time: take a clock or a number (line 2).",
      "rules/a.ts is pure and may not use Math.random (line 3).",
      "rules/a.ts is pure and may not use process (line 4).",
      "rules/a.ts is pure and may not use setTimeout (line 5).",
    ],
  );
});

test("ceilings hold for files, functions, parameters and folders", () => {
  const lines = (count: number) => "// Opening.\n".repeat(count);
  const longFunction = `function long() {\n${"  step();\n".repeat(69)}}\n`;
  const many = Array.from({ length: 26 }, (_, i) => [`src/model/file-${i}.ts`, "export {};"]);
  assertFaults(
    sizeFaults,
    {
      "src/main.ts": lines(151),
      "src/rules/long.ts": lines(401),
      "src/rules/long.test.ts": lines(600),
      "src/rules/silent.ts": `export {};\n${lines(80)}`,
      "src/rules/functions.ts": `${longFunction}const wide = (a, b, c, d, e) => {};`,
      ...Object.fromEntries(many),
    },
    [
      "src/main.ts has 151 lines; at most 150 are allowed.",
      "src/rules/functions.ts, line 1: a function of 71 lines; at most 70 are allowed.",
      "src/rules/functions.ts, line 72: a function of 5 parameters; at most 4 are allowed, then an object.",
      "src/rules/long.ts has 401 lines; at most 400 are allowed.",
      "src/rules/silent.ts has 81 lines and must open with a comment on what lives in it.",
      "src/model/ holds 26 files; from 25 on a part of it needs a name.",
    ],
  );
});

test("each production package is explained, and there are not too many", () => {
  const dependencies = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`p${i}`, "1"]));
  const explained = Object.keys(dependencies)
    .slice(1)
    .map((name) => `- \`${name}\`: reasons`);
  assertFaults(
    sizeFaults,
    {
      "package.json": JSON.stringify({
        dependencies: { ...dependencies, "@dunlin/contract": "1" },
      }),
      "docs/decisions/0001-packages.md": explained.join("\n"),
    },
    [
      "package.json: no line in docs/decisions/ says why `p0` is used.",
      "package.json: 25 production packages; at most 24 are allowed.",
    ],
  );
});

test("folders and files have names in kebab-case", () => {
  assertFaults(
    nameFaults,
    {
      "src/event/handle-event.test.ts": "",
      "src/event/handleEvent.ts": "",
      "src/helpers/text.ts": "",
      "src/rules/index.ts": "",
      "src/rules/trait-index.ts": "",
      "README.md": "",
    },
    [
      "src/event/handleEvent.ts is not spelt in kebab-case.",
      "src/helpers/text.ts: a folder may not be called helpers/; name what lives in it.",
      "src/rules/index.ts: no barrels; import the file that says it.",
    ],
  );
});

test("what is put off needs its issue", () => {
  const word = ["TO", "DO"].join("");
  assertFaults(promiseFaults, { "src/a.ts": `// ${word}: faster\n// ${word} (#12): faster` }, [
    `src/a.ts, line 1: a ${word} needs its issue, as in "${word} (#12)".`,
  ]);
});

test("tests left out are seen in each spelling", () => {
  assertFaults(
    leftOutTestFaults,
    {
      "src/a.test.ts": [
        'test.only("a", () => {});',
        'it.skip("b", () => {});',
        'test("c", { todo: true }, () => {});',
        'test("d", (t) => t.skip());',
        'const options = { skip: 3 }; test("e", () => list.skip(3));',
      ].join("\n"),
    },
    [
      "src/a.test.ts, line 1: test.only may not land.",
      "src/a.test.ts, line 2: it.skip may not land.",
      'src/a.test.ts, line 3: a test with "todo" may not land.',
      "src/a.test.ts, line 4: t.skip may not land.",
    ],
  );
});

test("default exports are seen in each spelling", () => {
  const nameless = "a default export has no name; export it by name.";
  assertFaults(
    defaultExportFaults,
    {
      "src/a.ts": "export default function a() {}",
      "src/b.ts": "const b = 1;\nexport default b;",
      "src/c.ts": "export function c(x) { switch (x) { default: return 1; } }",
    },
    [`src/a.ts, line 1: ${nameless}`, `src/b.ts, line 2: ${nameless}`],
  );
});

test("paths of one machine and hosts of registries are seen", () => {
  const home = ["", "home", "somebody", "dunlin"].join("/");
  assertFaults(
    machinePathFaults,
    { "docs/a.md": `See https://example.org${home}.\nRun it in ${home}.` },
    ["docs/a.md, line 2: a path of one machine."],
  );
  assertFaults(
    lockFileFaults,
    {
      "package-lock.json": '{\n"resolved": "contract",\n"resolved": "https://npm.example/x.tgz"\n}',
    },
    ["package-lock.json, line 3: names the host of a registry."],
  );
});

test("a file that nothing leads to is named", () => {
  assertFaults(
    deadFileFaults,
    {
      "src/main.ts": 'import "./a.ts";',
      "src/a.ts": 'new Worker(new URL("./b.ts", import.meta.url));',
      "src/b.ts": 'import type { W } from "@dunlin/contract/words";',
      "contract/src/words.ts": "export {};",
      "src/dead.ts": 'import "./a.ts";',
    },
    ["src/dead.ts is imported by nobody."],
  );
});
