// Exports that no API ever answered: a report, never a crash, and never a workspace that no node takes.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A_SOURCE,
  ACME,
  apiSegment,
  apiTrait,
  imported,
  said,
  sampleFiles,
} from "../../test/support/api-exports.ts";
import { type Random, seededRandom } from "../../test/support/random.ts";
import { printWorkspace } from "../catalog/print-workspace.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { type ExportFile, importWorkspace } from "./import-workspace.ts";

const STRANGE: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 1e308, 2 ** 53, "", "7", "x".repeat(70_000), "\u0000", [], [[]], {}],
  ...[{ list: 5, total: 1 }, { total: 9, list: [] }, [null], "ACTIVE", "2012-07-04", 300101, 1794],
  ...[JSON.parse('{"__proto__":{"sid":1},"constructor":{"prototype":5},"hasOwnProperty":1}')],
];

type Holder = Record<string, unknown>;

/** Every place of a value that holds another one. */
function placesIn(value: unknown): { readonly holder: Holder; readonly key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  // Lists are holders too, whose keys are numbers.
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

function damage(files: ExportFile[], random: Random): void {
  const places = files.flatMap(({ value }) => placesIn(value));
  for (let count = 1 + random.below(12); count > 0; count--) {
    const { holder, key } = random.pick(places);
    const other = random.pick(places);
    const choice = random.below(10);
    if (choice < 2) delete holder[key];
    else if (choice < 4) holder[random.pick(["pid", "sid", "folderId", "zzz"])] = holder[key];
    else if (choice < 6) holder[key] = structuredClone(other.holder[other.key]);
    else holder[key] = structuredClone(random.pick(STRANGE));
  }
}

/** Holds for whatever the files are. */
function checkImport(files: readonly ExportFile[], what: string): void {
  const outcome = importWorkspace({ ...ACME, files });
  if (!outcome.ok) {
    assert.ok(outcome.error.faults.length > 0, what);
    return;
  }
  const read = readWorkspace(JSON.parse(JSON.stringify(printWorkspace(outcome.value.workspace))));
  assert.ok(read.ok, `${what}: ${JSON.stringify(read)}`);
}

function nested(levels: number): unknown {
  let deep: unknown = 1;
  for (let level = 0; level < levels; level++) deep = [deep];
  return deep;
}

describe("a hostile export", () => {
  it("becomes a workspace and a report, or faults, wherever it was damaged", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const files = sampleFiles();
      damage(files, seededRandom(seed));
      checkImport(files, `seed ${seed}`);
    }
  });

  it("may consist of anything", () => {
    for (const value of STRANGE) {
      checkImport([{ name: "traits.json", value }], String(value).slice(0, 20));
      checkImport([{ name: "destinations/1.json", value: [value] }], String(value).slice(0, 20));
      checkImport([{ name: "x.json", value: { traits: value, mappings: value } }], "named");
    }
  });

  it("may be nested deeper than any stack", () => {
    const deep = nested(100_000);
    for (const value of [deep, { traits: deep }, [{ ...apiTrait(1), name: deep }]]) {
      checkImport([{ name: "traits.json", value }], "deep");
    }
    let tree: unknown = { folderId: 9, parentFolderId: 0, name: "x", subFolders: [] };
    for (let level = 0; level < 50_000; level++) {
      tree = { folderId: level + 10, parentFolderId: 0, name: "x", subFolders: [tree] };
    }
    checkImport([{ name: "folders-traits.json", value: tree }], "deep tree");
    const server = {
      destinationId: 7,
      name: "x",
      destinationType: "S2S",
      mappings: [],
      batch: deep,
    };
    checkImport([{ name: "x.json", value: [apiTrait(1), server] }], "deep settings");
  });

  it("may have folders inside one another in a circle: they lie at the root then", () => {
    const folder = { pid: 1794, path: "/All Traits/x" };
    const { workspace, notes } = imported({
      "x.json": [
        { ...folder, folderId: 1, parentFolderId: 2, name: "a" },
        { ...folder, folderId: 2, parentFolderId: 1, name: "b" },
        { ...folder, folderId: 3, parentFolderId: 3, name: "c" },
      ],
    });
    assert.deepEqual(
      workspace.folders.map(({ parentFolderId }) => parentFolderId),
      [0, 0, 0],
    );
    assert.equal(said({ notes }, "lost").length, 3);
  });

  it("may hold more than a workspace does, and is cut with a note", () => {
    const algorithmic = Array.from({ length: 400 }, (_, index) => {
      return apiTrait(1_000 + index, { traitType: "ALGO_TRAIT", traitRule: null });
    });
    const { workspace, notes } = imported({
      "x.json": [A_SOURCE, apiTrait(1), ...algorithmic, apiTrait(2)],
    });
    assert.equal(workspace.traits.length, 52);
    assert.match(said({ notes }, "lost").join("\n"), /more than 50 algorithmic traits/);
    assert.equal(notes.find(({ reason }) => /same limit/.test(reason))?.count, 349);
  });

  it("may have thousands of faults", () => {
    const traits = Array.from({ length: 3_500 }, (_, index) =>
      apiTrait(1 + index, { traitRule: "k =" }),
    );
    const { workspace, notes } = imported({
      "x.json": [A_SOURCE, ...traits, apiTrait(9_000), apiSegment(9_001, { segmentRule: "9000T" })],
    });
    assert.deepEqual([workspace.traits.length, workspace.segments.length], [1, 1]);
    assert.equal(said({ notes }, "lost").length, 3_500);
  });
});
