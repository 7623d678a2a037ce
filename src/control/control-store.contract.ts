// What every control store must do. Each implementation's test runs this body.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ControlListing, ControlRecord, ControlStore } from "./control-store.ts";

export interface ControlStoreUnderTest {
  /** A store without records. */
  open(): Promise<{ readonly store: ControlStore; close(): Promise<void> }>;
  /** Opens what `open` opened last: a second time, as another node does, or again after it was closed. */
  reopen?(): Promise<{ readonly store: ControlStore; close(): Promise<void> }>;
  /** Why nobody else can open what the first keeps; left out where one can. */
  readonly forgetsOnClose?: string;
}

const PRINTABLE = Array.from({ length: 95 }, (_, place) => String.fromCharCode(0x20 + place));
const WRITERS = 8;
const STEPS_EACH = 12;

function record(id: string, value: unknown = { id }): ControlRecord {
  return { kind: "token", id, value };
}

async function idsOf(store: ControlStore, options?: ControlListing): Promise<readonly string[]> {
  return (await store.list("token", options)).map(({ id }) => id);
}

async function storedValue(store: ControlStore, id: string): Promise<unknown> {
  return (await store.read("token", id))?.value ?? null;
}

/** Counts up by one, as often as it takes until nobody was in between. */
async function countUp(store: ControlStore): Promise<void> {
  for (;;) {
    const before = await store.read("token", "count");
    const expected = { kind: "token", id: "count", version: before?.version ?? null };
    if (await store.write([record("count", Number(before?.value ?? 0) + 1)], [expected])) return;
  }
}

export function describeControlStore(name: string, subject: ControlStoreUnderTest): void {
  const withStore = async (use: (store: ControlStore) => Promise<void>): Promise<void> => {
    const { store, close } = await subject.open();
    try {
      await use(store);
    } finally {
      await close();
    }
  };

  describe(`a control store: ${name}`, () => {
    describeRecords(withStore);
    describeListings(withStore);
    describeExpectations(withStore);
    describeOthers(subject);
  });
}

type WithStore = (use: (store: ControlStore) => Promise<void>) => Promise<void>;

function describeRecords(withStore: WithStore): void {
  it("holds nothing at first", () =>
    withStore(async (store) => {
      assert.equal(await store.read("token", "a"), null);
      assert.deepEqual(await store.list("token"), []);
    }));

  it("gives back whatever JSON can hold, as it was when it was written", () =>
    withStore(async (store) => {
      const value: { list: unknown[]; deep: object } = {
        list: [0, -1.5, 2 ** 53, true, null, "", "größer 日本 \u0000 𝔘 \ud800 \u2028"],
        deep: { a: { b: { c: [] } }, ["__proto__ "]: 1 },
      };
      const asWritten = structuredClone(value);
      assert.equal(await store.write([record("a", value)]), true);
      value.list.push("later");
      assert.deepEqual(await storedValue(store, "a"), asWritten);
      for (const plain of ["text", 0, false, []]) {
        await store.write([record("a", plain)]);
        assert.deepEqual(await storedValue(store, "a"), plain);
      }
    }));

  it("keeps long values, and very many records of one write", () =>
    withStore(async (store) => {
      const long = "größer ".repeat(100_000);
      const many = Array.from({ length: 5_000 }, (_, place) => record(`n${10_000 + place}`, place));
      await store.write([record("long", long), ...many]);
      assert.equal(await storedValue(store, "long"), long);
      const listed = await store.list("token", { prefix: "n" });
      assert.deepEqual(
        listed.map(({ value }) => value),
        many.map(({ value }) => value),
      );
    }));

  it("takes records away by null, and does not mind where there is none", () =>
    withStore(async (store) => {
      await store.write([record("a"), record("b")]);
      assert.equal(await store.write([record("a", null), record("c", null)]), true);
      assert.equal(await store.read("token", "a"), null);
      assert.deepEqual(await idsOf(store), ["b"]);
    }));

  it("of two records of one kind and ID in a write keeps the last", () =>
    withStore(async (store) => {
      await store.write([record("a", 1), record("a", null), record("a", 2)]);
      await store.write([record("b", 1), record("b", null)]);
      assert.equal(await storedValue(store, "a"), 2);
      assert.deepEqual(await idsOf(store), ["a"]);
    }));

  it("keeps kinds apart, also where one's name begins another's", () =>
    withStore(async (store) => {
      const kinds = ["token", "token-hash", "Token", "to", "tokens", "token0"];
      await store.write(kinds.map((kind) => ({ kind, id: "a/b", value: kind })));
      for (const kind of kinds) {
        assert.equal((await store.read(kind, "a/b"))?.value, kind);
        assert.deepEqual(
          (await store.list(kind)).map((listed) => [listed.kind, listed.id, listed.value]),
          [[kind, "a/b", kind]],
        );
      }
    }));

  it("refuses kinds and IDs that are none, and values that are no JSON, and writes nothing", () =>
    withStore(async (store) => {
      const wrong = [
        ...["", "a".repeat(201), "größe", "a\n", "a\u0000", "\x7f"].map((id) => record(id)),
        ...["", "a/b", "to ken", "größe"].map((kind) => ({ kind, id: "a", value: 1 })),
        ...[undefined, () => 1, Number.NaN].map((value) => ({ kind: "token", id: "a", value })),
      ];
      for (const one of wrong) {
        await assert.rejects(store.write([record("right"), one]), /Invariant broken/);
      }
      await assert.rejects(store.read("token", ""), /Invariant broken/);
      await assert.rejects(store.list("no kind"), /Invariant broken/);
      assert.deepEqual(await store.list("token"), []);
    }));
}

function describeListings(withStore: WithStore): void {
  it("lists records in the order of the bytes of their IDs, each as it is read", () =>
    withStore(async (store) => {
      const ids = [...PRINTABLE, "A A", "A!", "AA", "a/1", "a".repeat(200)];
      await store.write(ids.toReversed().map((id) => record(id)));
      const listed = await store.list("token");
      assert.deepEqual(
        listed.map(({ id }) => id),
        ids.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))),
      );
      for (const one of listed) assert.deepEqual(await store.read("token", one.id), one);
    }));

  it("lists what begins so, what comes after an ID, backwards, and no more than is asked for", () =>
    withStore(async (store) => {
      const ids = ["a", "a/1", "a/2", "a/20", "a/3", "b", "b/1", "~"];
      await store.write([...ids.map((id) => record(id)), { kind: "other", id: "a/4", value: 1 }]);
      const prefixes = [undefined, "", "a", "a/", "a/2", "b", "c", "~", "größe"];
      const afters = [undefined, "", " ", "a", "a/1", "a/15", "a/2", "a/20", "b", "~", "~~", "ü"];
      for (const prefix of prefixes) {
        for (const after of afters) {
          for (const descending of [false, true]) {
            const inOrder = descending ? ids.toReversed() : ids;
            const expected = inOrder
              .filter((id) => id.startsWith(prefix ?? ""))
              .filter((id) => after === undefined || (descending ? id < after : id > after));
            for (const limit of [undefined, 0, 1, 3, 100]) {
              const options = {
                ...(prefix !== undefined && { prefix }),
                ...(after !== undefined && { after }),
                ...(limit !== undefined && { limit }),
                descending,
              };
              const listed = await idsOf(store, options);
              assert.deepEqual(listed, expected.slice(0, limit), JSON.stringify(options));
            }
          }
        }
      }
    }));

  it("gives very many records page by page as it gives them at once", () =>
    withStore(async (store) => {
      const ids = Array.from({ length: 2_500 }, (_, place) => `${place}`.padStart(5, "0"));
      await store.write(ids.map((id) => record(id)));
      for (const descending of [false, true]) {
        const expected = descending ? ids.toReversed() : ids;
        assert.deepEqual(await idsOf(store, { descending }), expected);
        const paged: string[] = [];
        for (let page = await idsOf(store, { descending, limit: 700 }); page.length > 0; ) {
          paged.push(...page);
          page = await idsOf(store, { descending, limit: 700, after: page.at(-1) ?? "" });
        }
        assert.deepEqual(paged, expected);
      }
    }));
}

function describeExpectations(withStore: WithStore): void {
  it("writes only what nobody has changed since it was read", () =>
    withStore(async (store) => {
      await store.write([record("a", 1)]);
      const first = await store.read("token", "a");
      assert.ok(first);
      assert.equal(await store.write([record("a", 2)], [first]), true);
      assert.equal(await store.write([record("a", 3)], [first]), false);
      assert.equal(await store.write([record("a", null)], [first]), false);
      assert.equal(await storedValue(store, "a"), 2);
      const second = await store.read("token", "a");
      assert.ok(second);
      assert.notEqual(second.version, first.version);
      assert.equal(await store.write([record("a", null)], [second]), true);
      assert.equal(await store.write([record("a", 4)], [second]), false);
      assert.equal(await store.read("token", "a"), null);
    }));

  it("makes only what nobody has made yet", () =>
    withStore(async (store) => {
      const expected = { kind: "token", id: "a", version: null };
      assert.equal(await store.write([record("a", 1)], [expected]), true);
      assert.equal(await store.write([record("a", 2)], [expected]), false);
      assert.equal(await storedValue(store, "a"), 1);
    }));

  it("does not mistake a record that was made again for the one that was there before", () =>
    withStore(async (store) => {
      await store.write([record("a", 1)]);
      const first = await store.read("token", "a");
      assert.ok(first);
      await store.write([record("a", null)]);
      await store.write([record("a", 1)]);
      assert.equal(await store.write([record("b")], [first]), false);
    }));

  it("writes nothing at all where one of several expectations does not hold", () =>
    withStore(async (store) => {
      await store.write([record("a", 1), record("b", 1)]);
      const [a, b] = await store.list("token");
      assert.ok(a && b);
      await store.write([record("b", 2)]);
      const all = [record("a", 3), record("b", 3), record("c", 3)];
      const none = { kind: "token", id: "c", version: null };
      assert.equal(await store.write(all, [a, b, none]), false);
      assert.deepEqual(await storedValue(store, "a"), 1);
      assert.deepEqual(await idsOf(store), ["a", "b"]);
      const now = await store.read("token", "b");
      assert.ok(now);
      assert.equal(await store.write(all, [a, now, none]), true);
      assert.deepEqual(await idsOf(store), ["a", "b", "c"]);
    }));

  it("answers a write of nothing by what it expects", () =>
    withStore(async (store) => {
      const none = { kind: "token", id: "a", version: null };
      assert.equal(await store.write([]), true);
      assert.equal(await store.write([], [none]), true);
      assert.equal(await store.write([], [{ ...none, version: "AAAAAAAAAAAAAAAA" }]), false);
    }));

  it("lets one of several writers at once come first, so that nothing is lost", () =>
    withStore(async (store) => {
      await Promise.all(
        Array.from({ length: WRITERS }, async () => {
          for (let step = 0; step < STEPS_EACH; step++) await countUp(store);
        }),
      );
      assert.equal(await storedValue(store, "count"), WRITERS * STEPS_EACH);
    }));
}

function describeOthers({ open, reopen, forgetsOnClose }: ControlStoreUnderTest): void {
  if (reopen === undefined) {
    it("says why it keeps nothing when it is closed", () => {
      assert.ok(forgetsOnClose, "A store that cannot be opened again gives its reason.");
    });
    return;
  }

  it("keeps what was written when it is closed and opened, versions too", async () => {
    const first = await open();
    await first.store.write([record("a", { größer: 1 }), record("b")]);
    const listed = await first.store.list("token");
    await first.close();
    const second = await reopen();
    try {
      assert.deepEqual(await second.store.list("token"), listed);
      assert.equal(await second.store.write([record("b", 2)], listed), true);
    } finally {
      await second.close();
    }
  });

  it("shows at once what somebody else has written, and counts with two as with one", async () => {
    const [first, second] = [await open(), await reopen()];
    try {
      assert.equal(await second.store.read("token", "a"), null);
      await first.store.write([record("a", 1)]);
      assert.equal(await storedValue(second.store, "a"), 1);
      await second.store.write([record("a", null), record("b", 1)]);
      assert.deepEqual(await idsOf(first.store), ["b"]);
      const writers = [first, second, first, second].map(async ({ store }) => {
        for (let step = 0; step < STEPS_EACH; step++) await countUp(store);
      });
      await Promise.all(writers);
      assert.equal(await storedValue(first.store, "count"), writers.length * STEPS_EACH);
      assert.equal(await storedValue(second.store, "count"), writers.length * STEPS_EACH);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
}
