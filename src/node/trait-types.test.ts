import assert from "node:assert/strict";
import { test } from "node:test";
import { readAudit } from "../access/audit.ts";
import { INSTALLATION_ADMINISTRATOR } from "../access/caller.ts";
import { MemoryControlStore } from "../stores/memory/memory-control-store.ts";
import { StoredTraitTypes } from "./trait-types.ts";

const wanted = { pid: 7, name: "Newsletter", description: null };

test("trait types of one moment get numbers of their own, on however many nodes they are made", async () => {
  const store = new MemoryControlStore();
  const nodes = [1, 2, 3].map(() => new StoredTraitTypes(store, () => 1_000));
  const made = await Promise.all(
    nodes.flatMap((node, place) =>
      [1, 2, 3].map((n) =>
        node.create({ ...wanted, name: `${place} ${n}` }, INSTALLATION_ADMINISTRATOR),
      ),
    ),
  );
  const ids = made.map((each) => (each.ok ? each.value.pixelType : 0)).sort((a, b) => a - b);
  assert.deepEqual(
    ids,
    made.map((_, place) => 100 + place),
  );
  const anything = { pid: 7, from: null, to: null, by: null, objectType: null, objectId: null };
  const asked = { ...anything, change: "traitType.created", after: null, limit: 100 };
  assert.equal((await readAudit(store, asked)).list.length, 9);
});

test("a name is a partner's once, in any letter case, and other partners see nothing of it", async () => {
  const types = new StoredTraitTypes(new MemoryControlStore(), () => 1_000);
  assert.ok((await types.create(wanted, INSTALLATION_ADMINISTRATOR)).ok);
  for (const name of ["newsletter", "Conversion"]) {
    const again = await types.create({ ...wanted, name }, INSTALLATION_ADMINISTRATOR);
    assert.ok(!again.ok && again.error.kind === "conflict");
  }
  assert.ok((await types.create({ ...wanted, pid: 8 }, INSTALLATION_ADMINISTRATOR)).ok);
  const names = (await types.list(7)).map(({ name }) => name);
  assert.deepEqual(names.slice(-2), ["Partner", "Newsletter"]);
});
