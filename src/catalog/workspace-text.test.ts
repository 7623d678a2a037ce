import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fault } from "@dunlin/contract/workspace";
import { stringify } from "yaml";
import { seededRandom } from "../../test/support/random.ts";
import { aDocument } from "./builders.ts";
import { findJsonFault } from "./json-fault.ts";
import { readWorkspace } from "./read-workspace.ts";
import { readWorkspaceFile, type WorkspaceFormat } from "./workspace-text.ts";

function faultsOf(text: string, format: WorkspaceFormat): readonly Fault[] {
  const read = readWorkspaceFile(text, format);
  return read.ok ? [] : read.error;
}

describe("a file in JSON or YAML", () => {
  const expected = readWorkspace(aDocument());

  it("holds the same workspace", () => {
    const json = JSON.stringify(aDocument(), null, 2);
    assert.deepEqual(readWorkspaceFile(json, "json"), expected);
    assert.deepEqual(readWorkspaceFile(`\uFEFF${json}`, "json"), expected);
    assert.deepEqual(readWorkspaceFile(stringify(aDocument()), "yaml"), expected);
    // YAML is a superset.
    assert.deepEqual(readWorkspaceFile(json, "yaml"), expected);
  });

  it("may share parts by anchors, aliases and merge keys in YAML", () => {
    const text = [
      "partners:",
      '  - {pid: 1, alias: a, name: A, orgId: "111111111111111111111111@AdobeOrg"}',
      "dataSources:",
      "  - &site {dataSourceId: 5, pid: 1, name: Site, idType: COOKIE}",
      "  - {<<: *site, dataSourceId: 6}",
    ].join("\n");
    const read = readWorkspaceFile(text, "yaml");
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.workspace.dataSources.map(({ dataSourceId, name }) => [dataSourceId, name]),
      [
        [5, "Site"],
        [6, "Site"],
      ],
    );
  });

  it("has faults of what it says at their places in the document", () => {
    const text = "partners:\n  - pid: '1'\n";
    assert.deepEqual(faultsOf(text, "yaml")[0], {
      at: "/partners/0/pid",
      code: "E_TYPE",
      message: 'Found the text "1"; expected an ID, which is a positive integer.',
    });
  });
});

describe("a text that is no JSON is told with line, column and what was expected", () => {
  const ROWS: readonly (readonly [text: string, message: string])[] = [
    ["", "Line 1, column 1: expected a value."],
    ['{\n  "traits": [],\n}', "Line 3, column 1: expected a key in double quotes."],
    ["{", "Line 1, column 2: expected a key in double quotes or }."],
    ["{'traits': []}", "Line 1, column 2: expected a key in double quotes or }."],
    ['{"traits" []}', "Line 1, column 11: expected a colon."],
    ["[1\n2]", "Line 2, column 1: expected a comma or the end of the list or object."],
    ["[1,]", "Line 1, column 4: expected a value."],
    ["[", "Line 1, column 2: expected a value or ]."],
    ["[01]", "Line 1, column 3: expected a comma or the end of the list or object."],
    ["{} x", "Line 1, column 4: expected the end of the text."],
  ];
  for (const [text, message] of ROWS) {
    it(JSON.stringify(text), () => {
      assert.deepEqual(faultsOf(text, "json"), [{ at: "", code: "E_SYNTAX", message }]);
    });
  }

  it("without quoting the text, which may hold secrets", () => {
    const [fault] = faultsOf('{"key": "hunter2', "json");
    assert.equal(fault?.code, "E_SYNTAX");
    assert.doesNotMatch(fault?.message ?? "", /hunter2/);
  });

  it("however deep it is nested", () => {
    assert.match(
      faultsOf("[".repeat(200_000), "json")[0]?.message ?? "",
      /column 200001: expected/,
    );
  });

  it("exactly where the platform's parser refuses a text too", () => {
    const seed = 20_260_101;
    const random = seededRandom(seed);
    const whole = JSON.stringify({ a: [1, -2.5e3, 'x\\"\u00e9\n', null], b: { c: true, d: "" } });
    const letters = [...'{}[]",:\\ \n0123e.-+truefalsnu\u0001'];
    for (let round = 0; round < 20_000; round += 1) {
      let text = whole;
      for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
        const at = random.below(text.length);
        const put = random.chance(0.5) ? random.pick(letters) : "";
        text = text.slice(0, at) + put + text.slice(at + random.below(2));
      }
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      assert.equal(findJsonFault(text) === null, isJson, `seed ${seed}, ${JSON.stringify(text)}`);
    }
  });
});

describe("a text that is no YAML", () => {
  it("is told with line and column", () => {
    assert.match(
      faultsOf("traits: []\ntraits: []", "yaml")[0]?.message ?? "",
      /^Line 2, column 1: /,
    );
    assert.match(faultsOf("a: [1,\nb: 2", "yaml")[0]?.message ?? "", /^Line \d+, column \d+: /);
    assert.match(faultsOf("--- {}\n--- {}", "yaml")[0]?.message ?? "", /expected one document/);
    assert.match(faultsOf("traits: *none", "yaml")[0]?.message ?? "", /^Unresolved alias/);
  });

  it("cannot explode by aliases of aliases", () => {
    const levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level += 1) {
      const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ");
      levels.push(`a${level}: &a${level} [${aliases}]`);
    }
    const [fault] = faultsOf(levels.join("\n"), "yaml");
    assert.equal(fault?.code, "E_LIMIT");
  });

  it("may be nested without end, or stand in a circle", () => {
    assert.equal(faultsOf("[".repeat(50_000), "yaml")[0]?.code, "E_LIMIT");
    assert.equal(faultsOf("traits: &a [*a]", "yaml")[0]?.at, "/traits/0");
    const circle = "destinations: [{destinationType: S2S, x: &a {y: *a}}]";
    assert.ok(faultsOf(circle, "yaml").some(({ code }) => code === "E_LIMIT"));
  });

  it("holds texts, numbers, lists and objects only", () => {
    assert.equal(faultsOf("settings: !!binary aGVsbG8=", "yaml")[0]?.code, "E_TYPE");
    assert.equal(faultsOf("", "yaml")[0]?.code, "E_TYPE");
  });
});
