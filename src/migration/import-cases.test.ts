import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ACME, CASES, sampleFiles } from "../../test/support/api-exports.ts";
import { printWorkspace } from "../catalog/print-workspace.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { parseWorkspaceText, printWorkspaceText } from "../catalog/workspace-text.ts";
import { type ImportedWorkspace, importWorkspace } from "./import-workspace.ts";
import { isJsonObject } from "./values.ts";

function importSample(files = sampleFiles()): ImportedWorkspace {
  const outcome = importWorkspace({ ...ACME, files });
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

const expected = (name: string): unknown => JSON.parse(readFileSync(`${CASES}${name}`, "utf8"));

/** Every object of a file that has an ID, with it. */
function objectsIn(value: unknown): { readonly id: number; readonly object: object }[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (!isJsonObject(value)) return [];
  const inside = ["list", "subFolders", "mappings"].flatMap((key) => objectsIn(value[key]));
  const id = ["destinationMappingId", "traitToDataOrderId", "mappingId", "siteId", "folderId"]
    .concat("destinationId", "derivedSignalId", "mergeRuleId", "dataSourceId", "userId")
    .map((key) =>
      (key === "folderId" || key === "dataSourceId") && "sid" in value ? null : value[key],
    )
    .find((found) => typeof found === "number");
  const own = typeof value["sid"] === "number" && id === undefined ? value["sid"] : id;
  return typeof own === "number" && own > 0 ? [{ id: own, object: value }, ...inside] : inside;
}

describe("an export of the incumbent", () => {
  it("becomes the workspace that is written beside it", () => {
    const { workspace } = importSample();
    assert.deepEqual(
      JSON.parse(JSON.stringify(printWorkspace(workspace))),
      expected("workspace.json"),
    );
  });

  it("becomes what a node takes, as JSON and as YAML", () => {
    const { workspace } = importSample();
    const document = printWorkspace(workspace);
    for (const format of ["json", "yaml"] as const) {
      const parsed = parseWorkspaceText(printWorkspaceText(document, format), format);
      assert.ok(parsed.ok);
      const read = readWorkspace(parsed.value);
      assert.ok(read.ok, JSON.stringify(read));
      assert.deepEqual(read.value.workspace, workspace);
    }
  });

  it("comes with the report that is written beside it", () => {
    const { counts, notes } = importSample();
    assert.deepEqual({ counts, notes }, expected("report.json"));
  });

  it("loses no object in silence: each is in the workspace, or named in the report", () => {
    const { workspace, notes } = importSample();
    const text = JSON.stringify([printWorkspace(workspace), notes.map(({ object }) => object)]);
    const objects = sampleFiles().flatMap(({ value }) => objectsIn(value));
    assert.ok(objects.length > 50);
    for (const { id, object } of objects.filter((each) => !("username" in each.object))) {
      assert.match(text, new RegExp(`\\b${id}\\b`), JSON.stringify(object));
    }
  });

  it("loses no key in silence: one that nobody knows is named, whatever it stands in", () => {
    const files = sampleFiles();
    const objects = files.flatMap(({ value }) => objectsIn(value));
    for (const { id, object } of objects) Object.assign(object, { [`novelty${id}`]: "x" });
    const { notes, workspace } = importSample(files);
    const text = JSON.stringify([notes, printWorkspace(workspace)]);
    const leftOut = notes.flatMap(({ object, reason }) => {
      return /whole|built in|no place|belongs to partner/.test(reason) ? object : [];
    });
    for (const { id, object } of objects) {
      // Folder traits and users are no objects of their own here.
      const isOther = Reflect.get(object, "traitType") === "FOLDER_TRAIT" || "username" in object;
      const isNamed =
        text.includes(`"novelty${id}"`) || leftOut.some((one) => one.includes(`${id}`));
      assert.ok(isOther || isNamed, JSON.stringify(object));
    }
  });

  it("gives the same workspace whatever the order of its files", () => {
    const sorted = (value: unknown): unknown =>
      JSON.stringify(value, (_, inner) => {
        return Array.isArray(inner) ? inner.map((one) => JSON.stringify(one)).toSorted() : inner;
      });
    const other = importSample(sampleFiles().toReversed()).workspace;
    assert.equal(sorted(printWorkspace(other)), sorted(printWorkspace(importSample().workspace)));
  });
});
