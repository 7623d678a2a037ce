import assert from "node:assert/strict";
import { test } from "node:test";
import { preparePublication } from "../admin/prepare-publication.ts";
import { aDocument, plant } from "../catalog/builders.ts";
import { PublicationThread } from "./publication-thread.ts";

function requestOf(ttl: unknown, previous: string | null) {
  const document = aDocument();
  plant(document, "/traits/1/ttl", ttl);
  return { text: JSON.stringify(document), format: "json", previous } as const;
}

test("the thread gives a base first, then steps from it, also after faults and refusals", async (t) => {
  const thread = new PublicationThread();
  t.after(() => thread.close());
  const first = await thread.prepare(requestOf(1, null));
  assert.deepEqual(first, preparePublication(requestOf(1, null)));
  assert.ok(first.ok);
  const { document, workspace, baseId } = first.value;
  // Asked at once, answered in turn: a faulty one, and one that will not come into force.
  const [faulty, refused, second] = await Promise.all([
    thread.prepare(requestOf(-1, document)),
    thread.prepare(requestOf(2, document)),
    thread.prepare(requestOf(3, document)),
  ]);
  assert.deepEqual(faulty, preparePublication(requestOf(-1, document)));
  assert.ok(refused?.ok && second?.ok);
  assert.deepEqual([second.value.workspace, second.value.baseId], [workspace, baseId]);
  assert.equal(second.value.step?.partners[0]?.traits.put[0]?.ttl, 3);
  const third = await thread.prepare(requestOf(4, second.value.document));
  assert.ok(third.ok);
  assert.equal(third.value.baseId, baseId);
  assert.equal(third.value.step?.partners[0]?.traits.put[0]?.ttl, 4);
});

test("after a thread has ended, the next one reads what is in force and gives a new base", async (t) => {
  const thread = new PublicationThread();
  t.after(() => thread.close());
  const first = await thread.prepare(requestOf(1, null));
  assert.ok(first.ok);
  await thread.close();
  const second = await thread.prepare(requestOf(2, first.value.document));
  assert.ok(second.ok);
  assert.equal(second.value.step, null);
  assert.notEqual(second.value.baseId, first.value.baseId);
  assert.deepEqual(second.value.changes, { traits: { created: 0, updated: 1, deleted: 0 } });
});
