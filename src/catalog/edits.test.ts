import assert from "node:assert/strict";
import { test } from "node:test";
import { aDocument } from "./builders.ts";
import { applyEdits, type DefinitionEdit, editedObjects, type ParsedDocument } from "./edits.ts";
import { readWorkspace } from "./read-workspace.ts";

// Builders give plain documents.
const document = aDocument() as unknown as ParsedDocument & {
  readonly traits: readonly { readonly sid: number }[];
};

test("an edit puts an object in the place of the one it follows, or last, and shares the rest", () => {
  const [first, second] = document.traits;
  assert.ok(first !== undefined && second !== undefined);
  const changed = { ...first, name: "Other" };
  const added = { ...first, sid: 999_999 };
  const next = applyEdits(document, [
    { kind: "put", list: "traits", id: first.sid, item: changed },
    { kind: "put", list: "traits", id: 999_999, item: added },
  ]);
  const traits = next["traits"] as readonly unknown[];
  assert.equal(traits[0], changed);
  assert.equal(traits[1], second);
  assert.equal(traits.at(-1), added);
  assert.equal(next["segments"], document["segments"]);
  assert.equal(document.traits[0], first, "the document before stays as it was");
});

test("an edit removes an object, adds to a list that is missing, and replaces the settings", () => {
  const [first] = document.traits;
  assert.ok(first !== undefined);
  const next = applyEdits(document, [{ kind: "remove", list: "traits", id: first.sid }]);
  assert.equal((next["traits"] as readonly unknown[]).includes(first), false);
  const site = { siteId: 1, pid: 1, url: "example.com" };
  const empty = applyEdits({}, [
    { kind: "put", list: "partnerSites", id: 1, item: site },
    { kind: "settings", settings: { demoptin: true } },
  ]);
  assert.deepEqual(empty, { partnerSites: [site], settings: { demoptin: true } });
});

test("edited objects are given with their defaults, or as gone", () => {
  const read = readWorkspace(document);
  assert.ok(read.ok);
  const [first] = read.value.workspace.traits;
  assert.ok(first !== undefined);
  const edits: DefinitionEdit[] = [
    { kind: "put", list: "traits", id: first.sid, item: {} },
    { kind: "remove", list: "segments", id: 123_456 },
  ];
  assert.deepEqual(editedObjects(read.value.workspace, edits), [
    { list: "traits", id: first.sid, item: first },
    { list: "segments", id: 123_456, item: null },
  ]);
});
