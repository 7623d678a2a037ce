import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { editDocument } from "../../test/support/random-edits.ts";
import { aDocument, plant } from "../catalog/builders.ts";
import { PublicationSeries, preparePublication } from "./prepare-publication.ts";

const textOf = (document: object): string => JSON.stringify(document);

test("publications in a series are prepared as each would be by itself", () => {
  const seen = { faulty: 0, steps: 0, bases: 0 };
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seededRandom(seed);
    const series = new PublicationSeries();
    const text = textOf(aDocument());
    const first = series.prepare({ id: 1, before: null, text, format: "json" });
    assert.ok(first.ok);
    let inForce = { ...first.value, id: 1, text };
    for (let id = 2; id < 8; id += 1) {
      const document = JSON.parse(inForce.text);
      editDocument(random, document);
      const next = { text: textOf(document), format: "json" } as const;
      const expected = preparePublication({ ...next, previous: inForce.document });
      const prepared = series.prepare({ ...next, id, before: { kind: "known", id: inForce.id } });
      if (!prepared.ok) {
        assert.deepEqual(prepared, expected, `seed ${seed}, publication ${id}`);
        seen.faulty += 1;
        continue;
      }
      assert.ok(expected.ok, `seed ${seed}, publication ${id}`);
      const { baseId, workspace, step, ...rest } = prepared.value;
      const { baseId: _, workspace: whole, step: none, ...others } = expected.value;
      assert.deepEqual(rest, others, `seed ${seed}, publication ${id}`);
      assert.equal(none, null);
      if (step === null) assert.deepEqual([workspace, baseId], [whole, id]);
      else assert.deepEqual([workspace, baseId], [inForce.workspace, inForce.baseId]);
      seen[step === null ? "bases" : "steps"] += 1;
      // Some are refused by others, and never come into force.
      if (random.chance(0.7)) inForce = { ...prepared.value, id, text: next.text };
    }
  }
  assert.ok(seen.faulty > 40 && seen.steps > 20 && seen.bases > 20, JSON.stringify(seen));
});

test("what follows a document that nobody has compiled here is a base", () => {
  const first = preparePublication({ text: textOf(aDocument()), format: "json", previous: null });
  assert.ok(first.ok);
  const { document } = first.value;
  const edited = aDocument();
  plant(edited, "/traits/1/ttl", 7);
  const next = preparePublication({ text: textOf(edited), format: "json", previous: document });
  assert.ok(next.ok);
  assert.equal(next.value.step, null);
  assert.deepEqual(next.value.changes, { traits: { created: 0, updated: 1, deleted: 0 } });
});

test("edits are prepared as the whole document that they lead to", () => {
  const series = new PublicationSeries();
  const text = textOf(aDocument());
  const first = series.prepare({ id: 1, before: null, text, format: "json" });
  assert.ok(first.ok);
  const edited = aDocument();
  plant(edited, "/traits/1/ttl", 7);
  const { traits } = edited as unknown as { traits: Record<string, unknown>[] };
  const item = traits[1] ?? {};
  const sid = Number(item["sid"]);
  const before = { kind: "known", id: 1 } as const;
  const edits = [{ kind: "put", list: "traits", id: sid, item }] as const;
  const byEdit = series.prepare({ id: 2, before, edits });
  const byText = series.prepare({ id: 3, before, text: textOf(edited), format: "json" });
  assert.ok(byEdit.ok && byText.ok);
  const { edited: objects, ...rest } = byEdit.value;
  const { edited: none, ...others } = byText.value;
  assert.deepEqual(rest, others);
  assert.deepEqual(none, []);
  const after = (JSON.parse(rest.document) as { traits: object[] }).traits[1];
  assert.deepEqual(objects, [{ list: "traits", id: sid, item: after }]);
});

test("edits before anything was published make the first document", () => {
  const settings = { demoptin: true };
  const prepared = preparePublication({ edits: [{ kind: "settings", settings }], previous: null });
  assert.ok(prepared.ok);
  assert.deepEqual(prepared.value.changes, { settings: { created: 0, updated: 1, deleted: 0 } });
});
