import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryControlStore } from "../stores/memory/memory-control-store.ts";
import { type AuditEntry, type AuditQuestion, auditRecord, readAudit, trimAudit } from "./audit.ts";

const ALL: AuditQuestion = {
  ...{ pid: null, from: null, to: null, by: null, change: null, after: null },
  ...{ objectType: null, objectId: null, limit: 10 },
};

const entry = (at: number, given: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ at, change: "trait.changed", pid: 1, objectType: "traits", objectId: "5" },
  ...{ by: { kind: "user", id: "7", name: "Seven", userId: 7 }, before: { n: 1 }, after: { n: 2 } },
  ...given,
});

async function storeOf(entries: readonly AuditEntry[]): Promise<MemoryControlStore> {
  const store = new MemoryControlStore();
  await store.write(entries.map(auditRecord));
  return store;
}

const times = async (store: MemoryControlStore, asked: Partial<AuditQuestion>) =>
  (await readAudit(store, { ...ALL, ...asked })).list.map(({ at }) => at);

test("the newest entry comes first, and says who, what, before and after", async () => {
  const store = await storeOf([entry(1), entry(2)]);
  const { list } = await readAudit(store, ALL);
  assert.deepEqual(
    list.map(({ id: _, ...rest }) => rest),
    [entry(2), entry(1)],
  );
});

test("entries are found by partner, time, caller, change and object", async () => {
  const store = await storeOf([
    entry(1),
    entry(2, { pid: 2 }),
    entry(3, { pid: null, by: null }),
    entry(4, { change: "trait.removed" }),
    entry(5, { objectType: "segments" }),
    entry(6, { objectId: "6" }),
  ]);
  assert.deepEqual(await times(store, {}), [6, 5, 4, 3, 2, 1]);
  assert.deepEqual(await times(store, { pid: 2 }), [2]);
  assert.deepEqual(await times(store, { from: 3, to: 4 }), [4, 3]);
  assert.deepEqual(await times(store, { by: "7" }), [6, 5, 4, 2, 1]);
  assert.deepEqual(await times(store, { change: "trait.removed" }), [4]);
  assert.deepEqual(await times(store, { objectType: "segments" }), [5]);
  assert.deepEqual(await times(store, { objectId: "6" }), [6]);
});

test("pages follow one another without a gap, many entries of one time among them", async () => {
  const store = await storeOf(Array.from({ length: 1_300 }, (_, n) => entry(Math.floor(n / 100))));
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof readAudit>> = await readAudit(store, {
      ...{ ...ALL, after, limit: 300 },
    });
    seen.push(...page.list.map(({ id }) => id));
    after = page.next;
  } while (after !== null);
  assert.equal(new Set(seen).size, 1_300);
  assert.deepEqual(seen, seen.toSorted().toReversed());
});

test("the oldest go when there are too many, and the newest stay", async () => {
  const store = await storeOf(Array.from({ length: 1_300 }, (_, at) => entry(at)));
  assert.equal(await trimAudit(store, 700), 600);
  assert.equal(await trimAudit(store, 700), 0);
  const kept = await times(store, { limit: 1_000 });
  assert.deepEqual([kept.length, kept[0], kept.at(-1)], [700, 1_299, 600]);
});
