// What every definition store must do. Each implementation's test runs this body.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import type { ControlStore } from "../control/control-store.ts";
import { type DefinitionStore, KEPT_REVISIONS, type KeptRevisions } from "./definition-store.ts";

export interface OpenedDefinitions {
  readonly store: DefinitionStore;
  /** Where records that are published go. */
  readonly control: ControlStore;
  close(): Promise<void>;
}

export interface DefinitionStoreUnderTest {
  /** A store in which nothing was ever published, with the limits of all stores unless others are given. */
  open(kept?: KeptRevisions): Promise<OpenedDefinitions>;
  /** Opens again what `open` opened last, after it was closed. */
  reopen?(): Promise<OpenedDefinitions>;
  /** Why a second opening cannot see what the first kept; left out where it does. */
  readonly forgetsOnClose?: string;
}

export function describeDefinitionStore(name: string, subject: DefinitionStoreUnderTest): void {
  const withStore = async (
    use: (store: DefinitionStore, control: ControlStore) => Promise<void>,
    kept = KEPT_REVISIONS,
  ): Promise<void> => {
    const { store, control, close } = await subject.open(kept);
    try {
      await use(store, control);
    } finally {
      await close();
    }
  };

  describe(`a definition store: ${name}`, () => {
    it("has no revision before the first publication", () =>
      withStore(async (store) => {
        assert.equal(await store.latest(), null);
      }));

    it("counts publications from 1 and gives the newest", () =>
      withStore(async (store) => {
        for (let revision = 1; revision <= 25; revision++) {
          const document = `{"name":"${revision}"}`;
          assert.equal(await store.publish({ revision, document }), "stored");
          assert.deepEqual(await store.latest(), { revision, document });
        }
      }));

    it("takes a revision only where it follows the newest", () =>
      withStore(async (store) => {
        const first = { revision: 1, document: "{}" };
        assert.equal(await store.publish({ revision: 2, document: "[]" }), "overtaken");
        assert.equal(await store.latest(), null);
        assert.equal(await store.publish(first), "stored");
        for (const revision of [1, 3]) {
          assert.equal(await store.publish({ revision, document: "[]" }), "overtaken");
        }
        assert.deepEqual(await store.latest(), first);
      }));

    it("takes one of several publications at once", () =>
      withStore(async (store) => {
        const documents = Array.from({ length: 8 }, (_, index) => `{"number":${index}}`);
        const outcomes = await Promise.all(
          documents.map((document) => store.publish({ revision: 1, document })),
        );
        assert.deepEqual(outcomes.toSorted(), [...Array(7).fill("overtaken"), "stored"]);
        const document = documents[outcomes.indexOf("stored")];
        assert.deepEqual(await store.latest(), { revision: 1, document });
      }));

    it("keeps every character of a document of some megabytes", () =>
      withStore(async (store) => {
        const document = JSON.stringify({ text: "größer 日本 \u0000 𝔘 ".repeat(200_000) });
        await store.publish({ revision: 1, document });
        assert.equal((await store.latest())?.document, document);
      }));

    it("lists revisions, the newest first, with when, by whom and why they were published", () =>
      withStore(async (store) => {
        assert.deepEqual(await store.list(), []);
        const first = { at: 1_700_000_000_000, by: "größer", note: "first" };
        await store.publish({ revision: 1, document: '{"a":1}', ...first });
        await store.publish({ revision: 2, document: '{"a":2}' });
        assert.deepEqual(await store.list(), [
          { revision: 2, at: null, by: null, note: null },
          { revision: 1, ...first },
        ]);
      }));

    it("reads each revision that it lists, and none that it does not", () =>
      withStore(async (store) => {
        assert.equal(await store.read(1), null);
        await store.publish({ revision: 1, document: '{"a":1}', at: 5, by: "anna" });
        await store.publish({ revision: 2, document: '{"a":2}' });
        assert.deepEqual(await store.read(1), { revision: 1, document: '{"a":1}' });
        assert.deepEqual(await store.read(2), { revision: 2, document: '{"a":2}' });
        for (const none of [0, 3, -1, 1.5, 2 ** 40]) assert.equal(await store.read(none), null);
      }));

    it("keeps so many revisions, and forgets those before", () =>
      withStore(async (store) => {
        const last = KEPT_REVISIONS.most + 3;
        for (let revision = 1; revision <= last; revision++) {
          await store.publish({ revision, document: `{"a":${revision}}`, at: revision });
        }
        const listed = await store.list();
        assert.equal(listed.length, KEPT_REVISIONS.most);
        assert.deepEqual(listed[0], { revision: last, at: last, by: null, note: null });
        assert.equal(listed.at(-1)?.revision, 4);
        assert.equal(await store.read(3), null);
        assert.deepEqual(await store.read(4), { revision: 4, document: '{"a":4}' });
      }));

    it("keeps so many bytes of revisions, and two however large they are", () =>
      withStore(
        async (store) => {
          const kept: number[][] = [];
          for (const size of [400, 400, 400, 9_000, 9_000, 300, 300, 300]) {
            const revision = (kept.at(-1)?.[0] ?? 0) + 1;
            // Hardly any store makes it smaller.
            const document = randomBytes((size * 3) / 4).toString("base64");
            await store.publish({ revision, document });
            kept.push((await store.list()).map((one) => one.revision));
          }
          assert.deepEqual(kept, [
            ...[[1], [2, 1], [3, 2, 1], [4, 3], [5, 4], [6, 5], [7, 6], [8, 7, 6]],
          ]);
        },
        { most: 50, mostBytes: 3_000, least: 2 },
      ));

    it("writes control records with a revision, and none with one that it does not take", () =>
      withStore(async (store, control) => {
        const traits = (value: unknown) => [{ kind: "object", id: "traits/1", value }];
        await control.write([{ kind: "object", id: "traits/2", value: "gone soon" }]);
        const second = { kind: "object", id: "traits/2", value: null };
        const first = { revision: 1, document: "{}", records: [...traits({ by: "anna" }), second] };
        assert.equal(await store.publish(first), "stored");
        const written = await control.list("object");
        assert.deepEqual(
          written.map(({ id, value }) => [id, value]),
          [["traits/1", { by: "anna" }]],
        );
        for (const revision of [1, 3]) {
          const next = { revision, document: "[]", records: traits("other") };
          assert.equal(await store.publish(next), "overtaken");
        }
        assert.deepEqual(await control.list("object"), written);
        assert.deepEqual(await store.latest(), { revision: 1, document: "{}" });
        assert.deepEqual(await store.list(), [{ revision: 1, at: null, by: null, note: null }]);
        // Whoever has read a record notices that a publication changed it.
        await store.publish({ revision: 2, document: "[]", records: traits("other") });
        assert.equal(await control.write(traits("third"), written), false);
        assert.equal((await control.read("object", "traits/1"))?.value, "other");
      }));

    it("takes no revision with a record that is none, and no record of several publications but one's", () =>
      withStore(async (store, control) => {
        const wrong = [{ kind: "object", id: "", value: 1 }];
        const published = store.publish({ revision: 1, document: "{}", records: wrong });
        await assert.rejects(published, /Invariant broken/);
        assert.equal(await store.latest(), null);
        const numbers = Array.from({ length: 8 }, (_, number) => number);
        const outcomes = await Promise.all(
          numbers.map((number) => {
            const records = [{ kind: "object", id: `${number}`, value: number }];
            return store.publish({ revision: 1, document: `{"number":${number}}`, records });
          }),
        );
        const winner = outcomes.indexOf("stored");
        const written = await control.list("object");
        assert.deepEqual(
          written.map(({ value }) => value),
          [winner],
        );
        assert.equal((await store.latest())?.document, `{"number":${winner}}`);
      }));

    const reopen = subject.reopen;
    if (reopen === undefined) {
      it("says why it keeps nothing when it is closed", () => {
        assert.ok(subject.forgetsOnClose, "A store that cannot be opened again gives its reason.");
      });
    } else {
      it("keeps what was published when it is closed and opened", async () => {
        const first = await subject.open();
        await first.store.publish({ revision: 1, document: "{}", at: 7, by: "anna" });
        await first.close();
        const second = await reopen();
        try {
          assert.deepEqual(await second.store.latest(), { revision: 1, document: "{}" });
          assert.deepEqual(await second.store.list(), [
            { revision: 1, at: 7, by: "anna", note: null },
          ]);
          const next = { revision: 2, document: "[]" };
          assert.equal(await second.store.publish(next), "stored");
        } finally {
          await second.close();
        }
      });
    }
  });
}
