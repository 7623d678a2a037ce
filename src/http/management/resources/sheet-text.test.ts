import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ApiKeys } from "../../../admin/resources/resource-kind.ts";
import { MAX_ROWS, parseSheet, printSheet, rowOf } from "./sheet-text.ts";

const KEYS: ApiKeys<never> = {
  sid: { kind: "given", schema: { type: "integer" } },
  name: { kind: "written", schema: { type: "string" } },
  traitRule: { kind: "written", schema: { type: ["string", "null"] } },
  ttl: { kind: "written", schema: { type: "integer" } },
  siteIDs: { kind: "written", schema: { type: "array", items: { type: "integer" } } },
  serializationEnabled: { kind: "written", schema: { type: "boolean" } },
};

function rows(text: string): readonly object[] {
  const parsed = parseSheet(text, KEYS);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.error.detail);
  return parsed.value.lines.map((line) => rowOf(line, KEYS));
}

function refused(text: string): string {
  const parsed = parseSheet(text, KEYS);
  assert.ok(!parsed.ok);
  assert.equal(parsed.error.kind, "bad-request");
  return parsed.error.detail;
}

describe("the cells of a sheet", () => {
  it("are what their keys are, and empty ones are left out", () => {
    assert.deepEqual(
      rows(
        'sid,name,traitRule,ttl,siteIDs,serializationEnabled\n5,7,"a == ""x,y""",-1,"1, 2",TRUE\n,"two\nlines",,x,3,no\n',
      ),
      [
        {
          ...{ sid: 5, name: "7", traitRule: 'a == "x,y"', ttl: -1 },
          ...{ siteIDs: [1, 2], serializationEnabled: true },
        },
        { name: "two\nlines", ttl: "x", siteIDs: [3], serializationEnabled: "no" },
      ],
    );
  });

  it("are read whatever marks, line ends and empty lines spreadsheets write", () => {
    assert.deepEqual(rows("\uFEFFname , ttl\r\nA,1\r\n\r\nB,2"), [
      { name: "A", ttl: 1 },
      { name: "B", ttl: 2 },
    ]);
  });

  it("of results are passed over, and those of other kinds as long as they are empty", () => {
    assert.deepEqual(rows('name,valueAlias,resultCode,result\nA,,200,"{}"\nB,7,,\n'), [
      { name: "A" },
      { name: "B", valueAlias: "7" },
    ]);
  });
});

describe("a sheet is refused whole", () => {
  it("where nobody can say what its columns mean", () => {
    assert.equal(refused("name,nmae\nA,B\n"), 'There is no column "nmae"; did you mean "name"?');
    assert.equal(refused("name,ttl,name\nA,1,B\n"), 'There are two columns "name".');
  });

  it("where its cells are separated by something else than commas", () => {
    for (const header of ["name;ttl", "name\tttl"]) {
      assert.equal(refused(`${header}\nA;1\n`), "Expected commas between the cells of the sheet.");
    }
  });

  it("where it is no table, naming the line and not what stands there", () => {
    assert.match(refused("name,ttl\nsecret\n"), /\(line 2\)\.$/);
    assert.match(refused('name\n"secret\n'), /^The sheet is not CSV/);
    assert.doesNotMatch(refused("name,ttl\nsecret\n"), /secret/);
    for (const text of ["", "\n", "name,ttl", "name,ttl\n"]) {
      assert.equal(refused(text), "Expected a header and rows.");
    }
  });

  it("where it has more rows than a call may have", () => {
    const sheet = (count: number) => `name\n${"A\n".repeat(count)}`;
    assert.equal(rows(sheet(MAX_ROWS)).length, MAX_ROWS);
    assert.match(refused(sheet(MAX_ROWS + 1)), /at most 1000 rows/);
    assert.match(refused(sheet(MAX_ROWS + 500)), /at most 1000 rows/);
  });
});

describe("a printed sheet", () => {
  it("holds no formulas, and is read again as it was", () => {
    const names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "plain, 'quoted'", "", "two\nlines"];
    const printed = printSheet(
      ["name"],
      names.map((name) => [name, "200", "{}"]),
    );
    assert.match(printed, /^name,resultCode,result\r\n'=1\+1,200,{}\r\n/);
    assert.doesNotMatch(printed, /^[=+\-@]/m);
    assert.deepEqual(
      rows(printed),
      names.map((name) => (name === "" ? {} : { name })),
    );
  });
});
