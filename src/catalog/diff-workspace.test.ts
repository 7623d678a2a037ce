import assert from "node:assert/strict";
import { test } from "node:test";
import type { Workspace } from "@dunlin/contract/workspace";
import { aDocument, plant } from "./builders.ts";
import { diffWorkspaces } from "./diff-workspace.ts";
import { readWorkspace } from "./read-workspace.ts";

function workspaceOf(document: unknown): Workspace {
  const read = readWorkspace(document);
  assert.ok(read.ok, JSON.stringify(read));
  return read.value.workspace;
}

const BEFORE = workspaceOf(aDocument());

function changed(...places: readonly (readonly [string, unknown])[]): Workspace {
  const document = aDocument();
  for (const [pointer, value] of places) plant(document, pointer, value);
  return workspaceOf(document);
}

test("what stays as it is does not appear, in whatever order it is written", () => {
  assert.deepEqual(diffWorkspaces(BEFORE, BEFORE, 10), { objects: [], leftOut: 0 });
  const document = aDocument();
  const { traits } = document;
  assert.ok(Array.isArray(traits));
  const turned = workspaceOf({ ...document, traits: traits.toReversed() });
  assert.deepEqual(diffWorkspaces(BEFORE, turned, 10).objects, []);
});

test("an updated object shows the keys that differ, with both values", () => {
  const after = changed(["/traits/0/ttl", 7], ["/traits/0/name", "Other"]);
  const [first] = BEFORE.traits;
  assert.ok(first);
  assert.deepEqual(diffWorkspaces(BEFORE, after, 10).objects, [
    {
      ...{ list: "traits", id: first.sid, pid: first.pid, name: "Other", change: "updated" },
      fields: [
        { key: "name", before: first.name, after: "Other" },
        { key: "ttl", before: first.ttl, after: 7 },
      ],
    },
  ]);
});

test("what is created has no values before, what is deleted none after", () => {
  const created = diffWorkspaces(null, BEFORE, 1_000).objects;
  const ids = new Set(created.map(({ list, id }) => `${list} ${id}`));
  assert.ok(ids.has(`partners ${BEFORE.partners[0]?.pid}`));
  for (const { list, change, fields } of created) {
    if (list !== "settings") assert.equal(change, "created");
    assert.ok(fields.every((field) => "after" in field && !("before" in field)));
  }
  const gone = { ...BEFORE, idSyncs: [] };
  const deleted = diffWorkspaces(BEFORE, gone, 10).objects;
  assert.equal(deleted.length, BEFORE.idSyncs.length);
  for (const { change, fields } of deleted) {
    assert.equal(change, "deleted");
    assert.ok(fields.every((field) => "before" in field && !("after" in field)));
  }
});

test("settings are one object without an ID", () => {
  const after = changed(["/settings/demoptin", !BEFORE.settings.demoptin]);
  const [settings] = diffWorkspaces(BEFORE, after, 10).objects;
  assert.deepEqual([settings?.list, settings?.id, settings?.name], ["settings", null, null]);
  assert.deepEqual(settings?.fields, [
    { key: "demoptin", before: BEFORE.settings.demoptin, after: !BEFORE.settings.demoptin },
  ]);
});

test("of very many objects the first are shown and the rest counted", () => {
  const { objects, leftOut } = diffWorkspaces({ ...BEFORE, traits: [] }, BEFORE, 1);
  assert.deepEqual([objects.length, leftOut], [1, BEFORE.traits.length - 1]);
});
