import assert from "node:assert/strict";
import { it } from "node:test";
import type { Workspace } from "@dunlin/contract/workspace";
import { ABSENT, aDocument, aTrait, plant } from "./builders.ts";
import { describeChanges } from "./describe-changes.ts";
import { readWorkspace } from "./read-workspace.ts";

function workspaceWith(changes: Readonly<Record<string, unknown>> = {}): Workspace {
  const document = aDocument();
  for (const [pointer, value] of Object.entries(changes)) plant(document, pointer, value);
  const read = readWorkspace(document);
  assert.ok(read.ok, read.ok ? "" : JSON.stringify(read.error));
  return read.value.workspace;
}

it("nothing changes between equal workspaces, however their documents spell them", () => {
  const reordered = aDocument();
  for (const list of Object.values(reordered)) if (Array.isArray(list)) list.reverse();
  const read = readWorkspace(reordered);
  assert.ok(read.ok);
  assert.deepEqual(describeChanges(workspaceWith(), read.value.workspace), {});
  assert.deepEqual(describeChanges(workspaceWith(), workspaceWith({ "/traits/1/ttl": 120 })), {});
});

it("the order of a destination's mappings has no meaning", () => {
  const document = aDocument();
  const { destinations } = workspaceWith();
  plant(document, "/destinations/0/mappings", destinations[0]?.mappings.toReversed());
  const read = readWorkspace(document);
  assert.ok(read.ok);
  assert.deepEqual(describeChanges(workspaceWith(), read.value.workspace), {});
});

it("objects that came, changed and went are counted list by list", () => {
  const after = workspaceWith({
    "/traits/6": aTrait(5999),
    "/traits/7": aTrait(6000),
    "/traits/0/ttl": 31,
    "/idSyncs": ABSENT,
    "/settings/demoptin": true,
    "/destinations/0/mappings/0/valueAlias": "other",
  });
  assert.deepEqual(describeChanges(workspaceWith(), after), {
    settings: { created: 0, updated: 1, deleted: 0 },
    traits: { created: 2, updated: 1, deleted: 0 },
    destinations: { created: 0, updated: 1, deleted: 0 },
    idSyncs: { created: 0, updated: 0, deleted: 1 },
  });
});

it("the first workspace creates everything", () => {
  const changes = describeChanges(null, workspaceWith());
  assert.deepEqual(changes.partners, { created: 2, updated: 0, deleted: 0 });
  assert.deepEqual(changes.settings, { created: 0, updated: 1, deleted: 0 });
});
