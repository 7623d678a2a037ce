// What every store of a group of nodes must do. Each implementation's test runs this body.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DefinitionStore } from "../catalog/definition-store.ts";
import type { GroupStore, MemberReport } from "./group-store.ts";

export interface OpenedGroup {
  readonly store: GroupStore;
  /** Whose publications are those of the group. */
  readonly definitions: DefinitionStore;
  /** Resolves when a lease that was renewed before the call has ended. */
  letLeasesEnd(): Promise<void>;
  close(): Promise<void>;
}

export interface GroupStoreUnderTest {
  /** A store without members, turns, clock or definitions. */
  open(): Promise<OpenedGroup>;
}

const REPORT: MemberReport = {
  settings: { domain: "dcs.localhost", clock: "system" },
  serving: true,
  revision: 3,
  compiled: 1_700_000_000_000_001,
  refused: { fence: 7, reason: "größer als “erlaubt”" },
  clockSetting: 2,
};

export function describeGroupStore(name: string, subject: GroupStoreUnderTest): void {
  const withGroup = async (use: (group: OpenedGroup) => Promise<void>): Promise<void> => {
    const group = await subject.open();
    try {
      await use(group);
    } finally {
      await group.close();
    }
  };

  describe(`a store of a group of nodes: ${name}`, () => {
    it("shows whoever lives with what they report, and nothing else at first", () =>
      withGroup(async ({ store }) => {
        assert.deepEqual(await store.beat("a", REPORT), {
          newest: { revision: 0, fence: 0 },
          turn: null,
          clock: null,
          members: new Map([["a", REPORT]]),
        });
        const changed = { ...REPORT, serving: false, refused: null };
        await store.beat("a", changed);
        const { members } = await store.beat("b", REPORT);
        assert.deepEqual(members, new Map(Object.entries({ a: changed, b: REPORT })));
      }));

    it("forgets who leaves, and who does not show that it lives", () =>
      withGroup(async ({ store, letLeasesEnd }) => {
        await store.beat("a", REPORT);
        await store.beat("b", REPORT);
        await store.leave("a");
        assert.deepEqual([...(await store.beat("c", REPORT)).members.keys()].toSorted(), [
          "b",
          "c",
        ]);
        await letLeasesEnd();
        assert.deepEqual([...(await store.beat("c", REPORT)).members.keys()], ["c"]);
      }));

    it("gives one turn at a time, of ever later fences", () =>
      withGroup(async ({ store }) => {
        await store.beat("a", REPORT);
        const first = await store.takeTurn("a");
        assert.ok(first !== null && first.newest === 0);
        await store.beat("b", REPORT);
        assert.equal(await store.takeTurn("b"), null);
        const { turn } = await store.beat("b", REPORT);
        assert.deepEqual(turn, { fence: first.fence, holder: "a", proposes: 0 });
        await store.endTurn(first.fence);
        assert.equal((await store.beat("b", REPORT)).turn, null);
        const second = await store.takeTurn("b");
        assert.ok(second !== null && second.fence > first.fence);
        await store.endTurn(first.fence);
        assert.equal((await store.beat("b", REPORT)).turn?.fence, second.fence);
      }));

    it("ends the turn of who dies or leaves", () =>
      withGroup(async ({ store, letLeasesEnd }) => {
        await store.beat("a", REPORT);
        const first = await store.takeTurn("a");
        await letLeasesEnd();
        assert.equal((await store.beat("b", REPORT)).turn, null);
        const second = await store.takeTurn("b");
        assert.ok(first !== null && second !== null && second.fence > first.fence);
        await store.leave("b");
        await store.beat("c", REPORT);
        assert.notEqual(await store.takeTurn("c"), null);
      }));

    it("keeps what a turn proposes as long as the turn", () =>
      withGroup(async ({ store }) => {
        await store.beat("a", REPORT);
        const turn = await store.takeTurn("a");
        assert.ok(turn !== null);
        assert.equal(await store.proposal(turn.fence), null);
        const next = {
          revision: 1,
          document: JSON.stringify({ text: "größer 日本 𝔘".repeat(50_000) }),
        };
        assert.equal(await store.propose(turn.fence, next), true);
        assert.equal((await store.beat("b", REPORT)).turn?.proposes, 1);
        assert.deepEqual(await store.proposal(turn.fence), next);
        await store.endTurn(turn.fence);
        assert.equal(await store.proposal(turn.fence), null);
        assert.equal(await store.propose(turn.fence, next), false);
      }));

    it("takes revisions of the latest turn only, and shows the newest", () =>
      withGroup(async ({ store, definitions }) => {
        await store.beat("a", REPORT);
        const turn = await store.takeTurn("a");
        assert.ok(turn !== null);
        const next = { revision: 1, document: "{}" };
        assert.equal(await definitions.publish(next, turn.fence), "stored");
        const { newest } = await store.beat("a", REPORT);
        assert.deepEqual(newest, { revision: 1, fence: turn.fence });
        // An answer may be lost on its way: whoever asks again is told the same.
        assert.equal(await definitions.publish(next, turn.fence), "stored");

        await store.endTurn(turn.fence);
        const later = await store.takeTurn("b");
        assert.equal(later?.newest, 1);
        const second = { revision: 2, document: "[]" };
        assert.equal(await definitions.publish(second, turn.fence), "overtaken");
        assert.deepEqual(await definitions.latest(), next);
        assert.equal(await definitions.publish(second, later?.fence), "stored");
        assert.deepEqual(await definitions.latest(), second);
      }));

    it("counts the settings of the clock", () =>
      withGroup(async ({ store }) => {
        assert.equal(await store.setClock(1_700_000_000_000), 1);
        assert.equal(await store.setClock(-1_000), 2);
        assert.deepEqual((await store.beat("a", REPORT)).clock, { setting: 2, now: -1_000 });
      }));

    it("keeps the first value under a name", () =>
      withGroup(async ({ store }) => {
        assert.equal(await store.keep("colour", "blue"), "blue");
        assert.equal(await store.keep("colour", "red"), "blue");
        assert.equal(await store.keep("size", "größer"), "größer");
      }));

    it("tells of every kind of change", () =>
      withGroup(async ({ store, definitions }) => {
        const waiting = new Set<() => void>();
        let hears = false;
        store.onChange(() => {
          hears = true;
          for (const wake of waiting) wake();
          waiting.clear();
        });
        const tells = async (change: () => Promise<unknown>): Promise<void> => {
          const { promise, resolve } = Promise.withResolvers<void>();
          waiting.add(resolve);
          await change();
          await promise;
        };
        // Changes go untold until it listens.
        while (!hears) await store.setClock(0);
        await tells(() => store.beat("a", REPORT));
        await tells(() => store.beat("a", { ...REPORT, revision: 4 }));
        const turn = await store.takeTurn("a");
        const fence = turn?.fence ?? 0;
        await tells(() => store.propose(fence, { revision: 1, document: "{}" }));
        await tells(() => definitions.publish({ revision: 1, document: "{}" }, fence));
        await tells(() => store.endTurn(fence));
        await tells(() => store.setClock(1));
        await tells(() => store.leave("a"));
      }));
  });
}
