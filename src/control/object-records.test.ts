import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryControlStore } from "../stores/memory/memory-control-store.ts";
import {
  type ChangeOrigin,
  KEPT_RULE_VERSIONS,
  type ObjectChange,
  readObjectRecords,
  readRecordsBefore,
  readRuleVersions,
  recordsOfChange,
} from "./object-records.ts";

const ANNA = { userId: 694, userName: "anna" };
const BERTA = { userId: 695, userName: "berta" };

/** A store in which changes are recorded as a publication records them. */
function aHistory() {
  const store = new MemoryControlStore();
  const record = async (origin: ChangeOrigin, ...changes: ObjectChange[]): Promise<void> => {
    const before = await readRecordsBefore(store, changes);
    assert.ok(await store.write(recordsOfChange(changes, before, origin)));
  };
  const objectOf = async (id: string) => (await store.read("object", id))?.value ?? null;
  return { store, record, objectOf };
}

function segment(kind: ObjectChange["kind"], id = 9001): ObjectChange {
  return { list: "segments", id, kind };
}

function trait(kind: ObjectChange["kind"], before: string | null, after: string | null) {
  return { list: "traits", id: 5001, kind, traitRule: { before, after } };
}

describe("the record of an object", () => {
  it("says who made it and when, and that nothing has changed since", async () => {
    const { record, objectOf } = aHistory();
    await record({ now: 10, ...ANNA }, segment("created"));
    assert.deepEqual(await objectOf("segments/9001"), {
      ...{ createTime: 10, updateTime: 10, crUID: 694, upUID: 694, version: 1 },
    });
  });

  it("says who changed it last, and counts changes", async () => {
    const { record, objectOf } = aHistory();
    await record({ now: 10, ...ANNA }, segment("created"), segment("created", 9002));
    await record({ now: 20, ...BERTA }, segment("updated"));
    await record({ now: 30, ...BERTA }, segment("updated"));
    assert.deepEqual(await objectOf("segments/9001"), {
      ...{ createTime: 10, updateTime: 30, crUID: 694, upUID: 695, version: 3 },
    });
    assert.deepEqual(await objectOf("segments/9002"), {
      ...{ createTime: 10, updateTime: 10, crUID: 694, upUID: 694, version: 1 },
    });
  });

  it("of a mapping goes when its destination has it no more", async () => {
    const { record, objectOf } = aHistory();
    const mapping = (id: number) => ({ list: "mappings/8001", id, kind: "created" }) as const;
    await record({ now: 10, ...ANNA }, mapping(1), mapping(2));
    const change = {
      list: "destinations",
      id: 8001,
      kind: "updated",
      lostMappings: [2, 3],
    } as const;
    await record({ now: 20, ...BERTA }, change);
    assert.equal(await objectOf("mappings/8001/2"), null);
    assert.deepEqual(await objectOf("mappings/8001/1"), {
      ...{ createTime: 10, updateTime: 10, crUID: 694, upUID: 694, version: 1 },
    });
  });

  it("goes with the object, and begins anew with another one of the same ID", async () => {
    const { record, objectOf } = aHistory();
    await record({ now: 10, ...ANNA }, segment("created"));
    await record({ now: 20, ...ANNA }, segment("updated"));
    await record({ now: 30, ...ANNA }, segment("deleted"));
    assert.equal(await objectOf("segments/9001"), null);
    await record({ now: 40, ...BERTA }, segment("created"));
    assert.deepEqual(await objectOf("segments/9001"), {
      ...{ createTime: 40, updateTime: 40, crUID: 695, upUID: 695, version: 1 },
    });
  });

  it("of an object from before records were kept says what is known from its first change on", async () => {
    const { record, objectOf } = aHistory();
    await record({ now: 20, ...ANNA }, segment("updated"), segment("deleted", 9002));
    assert.deepEqual(await objectOf("segments/9001"), {
      ...{ createTime: null, updateTime: 20, crUID: 0, upUID: 694, version: 2 },
    });
    assert.equal(await objectOf("segments/9002"), null);
  });

  it("holds what is kept beside the workspace until a change gives something else", async () => {
    const { store, record } = aHistory();
    const keptNow = async () => (await readObjectRecords(store)).get("segments/9001")?.kept;
    await record({ now: 1, ...ANNA }, { ...segment("created"), kept: { comments: "a" } });
    await record({ now: 2, ...ANNA }, segment("updated"));
    assert.deepEqual(await keptNow(), { comments: "a" });
    await record({ now: 3, ...ANNA }, { ...segment("updated"), kept: { comments: "b" } });
    assert.deepEqual(await keptNow(), { comments: "b" });
    await record({ now: 4, ...ANNA }, segment("deleted"));
    await record({ now: 5, ...ANNA }, segment("created"));
    assert.equal(await keptNow(), undefined);
  });
});

describe("the versions of a trait's rule", () => {
  it("are counted by changes of the rule alone, and say who made them, the newest first", async () => {
    const { store, record, objectOf } = aHistory();
    await record({ now: 10, ...ANNA }, trait("created", null, "a == 1"));
    await record({ now: 20, ...BERTA }, trait("updated", "a == 1", "a == 1"));
    await record({ now: 30, ...BERTA }, trait("updated", "a == 1", null));
    await record({ now: 40, ...ANNA }, trait("updated", null, "a == 2"));
    assert.deepEqual(await objectOf("traits/5001"), {
      ...{ createTime: 10, updateTime: 40, crUID: 694, upUID: 694, version: 4 },
      traitRuleVersion: 3,
    });
    assert.deepEqual(await readRuleVersions(store, 5001), [
      { traitRuleVersion: 3, traitRule: "a == 2", upUID: 694, userName: "anna", updateTime: 40 },
      { traitRuleVersion: 2, traitRule: null, upUID: 695, userName: "berta", updateTime: 30 },
      { traitRuleVersion: 1, traitRule: "a == 1", upUID: 694, userName: "anna", updateTime: 10 },
    ]);
    for (const other of [500, 50010, 5002])
      assert.deepEqual(await readRuleVersions(store, other), []);
  });

  it("stay counted where only what is kept beside the workspace changes", async () => {
    const { record, objectOf } = aHistory();
    await record({ now: 10, ...ANNA }, trait("created", null, "a == 1"));
    await record({ now: 20, ...ANNA }, trait("updated", "a == 1", "a == 2"));
    await record({ now: 30, ...BERTA }, { list: "traits", id: 5001, kind: "updated", kept: {} });
    assert.equal(Object(await objectOf("traits/5001")).traitRuleVersion, 2);
  });

  it("go with the trait", async () => {
    const { store, record } = aHistory();
    await record({ now: 10, ...ANNA }, trait("created", null, "a == 1"));
    await record({ now: 20, ...ANNA }, trait("updated", "a == 1", "a == 2"));
    await record({ now: 30, ...ANNA }, { ...trait("created", null, "b"), id: 5002 });
    await record({ now: 40, ...ANNA }, trait("deleted", "a == 2", null));
    const left = await store.list("trait-rule");
    assert.deepEqual(
      left.map(({ id }) => id),
      ["0000000000005002/00000001"],
    );
  });

  it("of a trait from before records were kept begin with the rule that it had", async () => {
    for (const after of ["a == 1", "a == 2"]) {
      const { store, record } = aHistory();
      await record({ now: 20, ...BERTA }, trait("updated", "a == 1", after));
      const versions = await readRuleVersions(store, 5001);
      assert.deepEqual(versions.at(-1), {
        ...{ traitRuleVersion: 1, traitRule: "a == 1", upUID: 0, userName: null, updateTime: null },
      });
      assert.equal(versions[0]?.traitRule, after);
      assert.equal(versions.length, after === "a == 1" ? 1 : 2);
    }
  });

  it(`are the newest ${KEPT_RULE_VERSIONS}, and none is left behind by a deletion`, async () => {
    const { store, record } = aHistory();
    const last = KEPT_RULE_VERSIONS + 5;
    await record({ now: 1, ...ANNA }, trait("created", null, "a == 1"));
    for (let at = 2; at <= last; at++) {
      await record({ now: at, ...ANNA }, trait("updated", `a == ${at - 1}`, `a == ${at}`));
    }
    const versions = await readRuleVersions(store, 5001);
    assert.deepEqual(
      versions.map(({ traitRuleVersion }) => traitRuleVersion),
      Array.from({ length: KEPT_RULE_VERSIONS }, (_, place) => last - place),
    );
    await record({ now: 999, ...ANNA }, trait("deleted", `a == ${last}`, null));
    assert.deepEqual(await store.list("trait-rule"), []);
  });

  it("that somebody left behind do not reach a trait that is made anew", async () => {
    const { store, record } = aHistory();
    await record({ now: 1, ...ANNA }, trait("created", null, "a == 1"));
    await record({ now: 2, ...ANNA }, trait("updated", "a == 1", "a == 2"));
    // A server that kept no records has deleted it meanwhile.
    await record({ now: 3, ...BERTA }, trait("created", null, "b"));
    assert.deepEqual(await readRuleVersions(store, 5001), [
      { traitRuleVersion: 1, traitRule: "b", upUID: 695, userName: "berta", updateTime: 3 },
    ]);
  });
});

it("very many objects are recorded and read as few are", async () => {
  const { store, record } = aHistory();
  const ids = Array.from({ length: 2_300 }, (_, place) => 1 + place);
  await record({ now: 1, ...ANNA }, ...ids.map((id) => segment("created", id)));
  await record({ now: 2, ...BERTA }, ...ids.map((id) => segment("updated", id)));
  const records = await readObjectRecords(store, "segments");
  assert.equal(records.size, ids.length);
  for (const record of records.values()) {
    assert.deepEqual([record.crUID, record.upUID, record.version], [694, 695, 2]);
  }
  assert.equal((await readObjectRecords(store, "traits")).size, 0);
});
