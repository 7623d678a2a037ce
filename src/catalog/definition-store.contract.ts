// What every definition store must do. Each implementation's test runs this body.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DefinitionStore } from "./definition-store.ts";

export interface DefinitionStoreUnderTest {
  /** A store in which nothing was ever published. */
  open(): Promise<{ readonly store: DefinitionStore; close(): Promise<void> }>;
  /** Opens again what `open` opened last, after it was closed. */
  reopen?(): Promise<{ readonly store: DefinitionStore; close(): Promise<void> }>;
  /** Why a second opening cannot see what the first kept; left out where it does. */
  readonly forgetsOnClose?: string;
}

export function describeDefinitionStore(name: string, subject: DefinitionStoreUnderTest): void {
  const withStore = async (use: (store: DefinitionStore) => Promise<void>): Promise<void> => {
    const { store, close } = await subject.open();
    try {
      await use(store);
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
          assert.equal(await store.publish(document), revision);
          assert.deepEqual(await store.latest(), { revision, document });
        }
      }));

    it("gives each of several publications at once a revision of its own", () =>
      withStore(async (store) => {
        const documents = Array.from({ length: 8 }, (_, index) => `{"number":${index}}`);
        const revisions = await Promise.all(documents.map((document) => store.publish(document)));
        assert.deepEqual(revisions.toSorted(), [1, 2, 3, 4, 5, 6, 7, 8]);
        const document = documents[revisions.indexOf(8)];
        assert.deepEqual(await store.latest(), { revision: 8, document });
      }));

    it("keeps every character of a document of some megabytes", () =>
      withStore(async (store) => {
        const document = JSON.stringify({ text: "größer 日本 \u0000 𝔘 ".repeat(200_000) });
        await store.publish(document);
        assert.equal((await store.latest())?.document, document);
      }));

    const reopen = subject.reopen;
    if (reopen === undefined) {
      it("says why it keeps nothing when it is closed", () => {
        assert.ok(subject.forgetsOnClose, "A store that cannot be opened again gives its reason.");
      });
    } else {
      it("keeps what was published when it is closed and opened", async () => {
        const first = await subject.open();
        await first.store.publish("{}");
        await first.close();
        const second = await reopen();
        try {
          assert.deepEqual(await second.store.latest(), { revision: 1, document: "{}" });
          assert.equal(await second.store.publish("[]"), 2);
        } finally {
          await second.close();
        }
      });
    }
  });
}
