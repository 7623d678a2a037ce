import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { editDocument } from "../../test/support/random-edits.ts";
import { aDocument, aSegment, aTrait, plant } from "./builders.ts";
import { printWorkspace } from "./print-workspace.ts";
import { type ReadingMemory, readNextWorkspace, readWorkspace } from "./read-workspace.ts";

/** As it comes from a client: no part of it is a part of another document. */
const received = (document: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(document));

function firstReading(document: unknown) {
  const read = readNextWorkspace(received(document), null, null);
  assert.ok(read.ok);
  return read.value;
}

test("a document read after another one gives what it gives by itself: faults, warnings and workspace", () => {
  const seen = { faulty: 0, whole: 0, warned: 0 };
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seededRandom(seed);
    let document = received(aDocument());
    let { workspace, memory } = firstReading(document);
    for (let round = 0; round < 6; round += 1) {
      const edited = received(document);
      editDocument(random, edited);
      const expected = readWorkspace(received(edited), workspace);
      const read = readNextWorkspace(edited, workspace, memory);
      if (!read.ok) {
        assert.deepEqual(read, expected, `seed ${seed}, round ${round}`);
        seen.faulty += 1;
        continue;
      }
      assert.ok(expected.ok, `seed ${seed}, round ${round}`);
      const { warnings } = read.value;
      assert.deepEqual(warnings, expected.value.warnings, `seed ${seed}, round ${round}`);
      // As text: the order of keys is that of the document that workers are given.
      assert.equal(JSON.stringify(read.value.workspace), JSON.stringify(expected.value.workspace));
      ({ workspace, memory } = read.value);
      document = edited;
      seen.whole += 1;
      if (warnings.length > 0) seen.warned += 1;
    }
  }
  assert.ok(seen.faulty > 100 && seen.whole > 100 && seen.warned > 20, JSON.stringify(seen));
});

test("objects that are written as before are the same objects, wherever they stand", () => {
  const document = received(aDocument());
  const before = firstReading(document);
  const edited = received(document);
  plant(edited, "/traits/1/traitRule", "price > 200");
  Object(edited["traits"]).unshift(aTrait(5999));
  Object(edited["segments"]).reverse();
  const after = readNextWorkspace(edited, before.workspace, before.memory);
  assert.ok(after.ok);
  const { traits, segments } = after.value.workspace;
  assert.deepEqual(
    traits.map((trait) => before.workspace.traits.indexOf(trait)),
    [-1, 0, -1, 2, 3, 4, 5],
  );
  assert.deepEqual(segments, before.workspace.segments.toReversed());
  for (const segment of segments) assert.ok(before.workspace.segments.includes(segment));
});

test("objects that are written otherwise and mean what they did are the same objects, too", () => {
  const before = firstReading(aDocument());
  const edited = received(printWorkspace(before.workspace));
  plant(edited, "/traits/1/ttl", 77);
  const after = readNextWorkspace(edited, before.workspace, before.memory);
  assert.ok(after.ok);
  const { settings: _, ...lists } = before.workspace;
  for (const [name, items] of Object.entries(lists)) {
    const others: readonly object[] = Reflect.get(after.value.workspace, name);
    const isSame = items.map((item, place) => item === others[place]);
    assert.deepEqual(
      isSame,
      items.map((_, place) => name !== "traits" || place !== 1),
      name,
    );
  }
});

test("a segment that is as it was is checked again where its traits are not", () => {
  const document = received(aDocument());
  Object(document["segments"]).push(aSegment(9003, "frequency([5001T]) >= 2"));
  const { workspace, memory } = firstReading(document);
  const changes: readonly [string, unknown][] = [
    ["/traits/0/dataSourceId", 1004],
    ["/traits/0/traitType", "ON_BOARDED_TRAIT"],
    ["/traits/0/sid", 5999],
    ["/dataSources/1/thirdParty", true],
  ];
  for (const [pointer, value] of changes) {
    const edited = received(document);
    plant(edited, pointer, value);
    const read = readNextWorkspace(edited, workspace, memory as ReadingMemory);
    assert.ok(!read.ok, pointer);
    assert.deepEqual(read, readWorkspace(received(edited), workspace), pointer);
  }
});
