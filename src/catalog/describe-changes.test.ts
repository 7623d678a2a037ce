import assert from "node:assert/strict";
import { it } from "node:test";
import type { Workspace } from "@dunlin/contract/workspace";
import { ABSENT, aDocument, aTrait, plant } from "./builders.ts";
import { changedObjects, describeChanges } from "./describe-changes.ts";
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

it("objects that came, changed and went are named, traits with their rules", () => {
  const before = workspaceWith();
  const [first, second] = before.traits;
  assert.ok(first && second);
  const after = workspaceWith({
    "/traits/6": { ...aTrait(5999), traitRule: "a == 1" },
    "/traits/0/ttl": 31,
    "/traits/1/traitRule": "b == 2",
    "/idSyncs": ABSENT,
    "/settings/demoptin": true,
    "/destinations/0/mappings/0/valueAlias": "other",
  });
  const rules = ({ traitRule }: typeof first) => ({ before: traitRule, after: traitRule });
  const changed = changedObjects(before, after);
  assert.deepEqual(
    changed.toSorted((one, other) => one.list.localeCompare(other.list) || one.id - other.id),
    [
      { list: "destinations", id: before.destinations[0]?.destinationId, kind: "updated" },
      { list: "idSyncs", id: before.idSyncs[0]?.idSyncId, kind: "deleted" },
      { list: "traits", id: first.sid, kind: "updated", traitRule: rules(first) },
      {
        ...{ list: "traits", id: second.sid, kind: "updated" },
        traitRule: { before: second.traitRule, after: "b == 2" },
      },
      { list: "traits", id: 5999, kind: "created", traitRule: { before: null, after: "a == 1" } },
    ],
  );
  const back = changedObjects(after, before).find(({ id }) => id === 5999);
  assert.deepEqual(back, {
    ...{ list: "traits", id: 5999, kind: "deleted" },
    traitRule: { before: "a == 1", after: null },
  });
});

it("of equal workspaces no object has changed, however they are spelt", () => {
  assert.deepEqual(changedObjects(workspaceWith(), workspaceWith({ "/traits/1/ttl": 120 })), []);
  const same = workspaceWith();
  assert.deepEqual(changedObjects(same, { ...same, traits: same.traits.toReversed() }), []);
});

it("the objects of the first workspace are all new, and as many as are counted", () => {
  const workspace = workspaceWith();
  const changed = changedObjects(null, workspace);
  const { settings, ...counts } = describeChanges(null, workspace);
  assert.ok(settings);
  assert.ok(changed.every(({ kind }) => kind === "created"));
  assert.equal(
    changed.length,
    Object.values(counts).reduce((sum, { created }) => sum + created, 0),
  );
  for (const { list, traitRule } of changed)
    assert.equal(traitRule !== undefined, list === "traits");
});

it("of destinations, the mappings that are gone are named", () => {
  const mapping = (mappingId: number, sid: number) => ({ mappingId, sid, valueAlias: "a" });
  const cookie = { destinationId: 70, pid: 1957, name: "Seg", destinationType: "ADS" };
  const withMappings = (mappings: readonly object[]) =>
    workspaceWith({
      "/destinations": [{ ...cookie, cookieName: "seg", singleKey: "s", mappings }],
    });
  const before = withMappings([mapping(5, 9001), mapping(7, 9002)]);
  const lostIn = (after: Workspace) =>
    changedObjects(before, after).map(({ kind, lostMappings }) => [kind, lostMappings]);
  assert.deepEqual(lostIn(withMappings([mapping(5, 9001)])), [["updated", [7]]]);
  assert.deepEqual(lostIn(withMappings([mapping(7, 9002), mapping(5, 9001)])), []);
  assert.deepEqual(lostIn(workspaceWith({ "/destinations": [] })), [["deleted", [5, 7]]]);
});
