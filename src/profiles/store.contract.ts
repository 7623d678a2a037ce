// What every profile store must do. Each implementation's test runs this body; what one of them
// cannot do it declares, with the reason.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  asDataSourceId,
  asDestinationId,
  asPartnerId,
  asSegmentId,
  asTraitId,
  parseDeviceId,
} from "../model/ids.ts";
import { EMPTY_PROFILE, type ProfileDelta } from "../model/profile.ts";
import { DAY_MS } from "../model/time.ts";
import type { ProfileKey, ProfileStore } from "./store.ts";

export interface ProfileStoreUnderTest {
  /** A store that holds nothing yet. */
  open(): Promise<ProfileStore>;
  /** Why a caller does not hear of a commit that failed; left out where it does. */
  readonly answersBeforeCommit?: string;
  /** Why a second opening cannot see what the first kept; left out where it does. */
  readonly forgetsOnClose?: string;
  /** Opens again what `open` opened last, after it was closed. */
  reopen?(): Promise<ProfileStore>;
}

const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const TRAIT = asTraitId(5001);
const SEGMENT = asSegmentId(9001);

export function describeProfileStore(name: string, subject: ProfileStoreUnderTest): void {
  const withStore = async (use: (store: ProfileStore) => Promise<void>): Promise<void> => {
    const store = await subject.open();
    try {
      await use(store);
    } finally {
      await store.close();
    }
  };

  describe(`a profile store: ${name}`, () => {
    it("answers an unknown visitor with a profile that was never seen", () =>
      withStore(async (store) => {
        assert.deepEqual(await store.load([deviceKey(1), declaredKey("nobody")]), [
          EMPTY_PROFILE,
          EMPTY_PROFILE,
        ]);
        assert.deepEqual(await store.load([]), []);
      }));

    it("gives back, in the order of the keys, what was committed", () =>
      withStore(async (store) => {
        await store.commit([
          { key: deviceKey(1), delta: delta({ gained: [SEGMENT] }) },
          { key: declaredKey("jane"), delta: delta({ at: NOON + 1 }) },
        ]);
        const realized = { first: NOON, last: NOON, days: [20_000, 1] };
        assert.deepEqual(await store.load([declaredKey("jane"), deviceKey(2), deviceKey(1)]), [
          {
            lastSeen: NOON + 1,
            traits: [{ sid: TRAIT, first: NOON + 1, last: NOON + 1, days: [20_000, 1] }],
            membership: [],
          },
          EMPTY_PROFILE,
          {
            lastSeen: NOON,
            traits: [{ sid: TRAIT, ...realized }],
            membership: [{ sid: SEGMENT, since: NOON }],
          },
        ]);
      }));

    it("keeps one device apart for each partner, and one ID for each data source", () =>
      withStore(async (store) => {
        await store.commit([
          { key: deviceKey(1), delta: delta({}) },
          { key: declaredKey("jane"), delta: delta({}) },
        ]);
        const others: ProfileKey[] = [
          { ...deviceKey(1), pid: asPartnerId(2) },
          { ...declaredKey("jane"), dataSourceId: asDataSourceId(2) },
          declaredKey("Jane"),
          declaredKey("jan"),
          declaredKey("jane "),
        ];
        assert.deepEqual(
          await store.load(others),
          others.map(() => EMPTY_PROFILE),
        );
      }));

    it("keeps apart IDs of every length and script", () =>
      withStore(async (store) => {
        const keys = ODD_IDS.map(declaredKey);
        for (const [index, key] of keys.entries()) {
          await store.commit([{ key, delta: delta({ at: NOON + index }) }]);
        }
        const profiles = await store.load(keys);
        assert.deepEqual(
          profiles.map((profile) => profile.lastSeen),
          keys.map((_, index) => NOON + index),
        );
      }));

    it("counts a thousand calls for one visitor that come at once", () =>
      withStore(async (store) => {
        const change = { key: deviceKey(1), delta: delta({}) };
        await Promise.all(Array.from({ length: 1_000 }, () => store.commit([change])));
        const [profile] = await store.load([deviceKey(1)]);
        assert.deepEqual(profile?.traits[0]?.days, [20_000, 1_000]);
      }));

    it("adds up what calls at once tell a device of destinations, for as long as a cap may ask", () =>
      withStore(async (store) => {
        const key = deviceKey(1);
        const told = [7_001, 7_002].map((id) => ({
          destinationId: asDestinationId(id),
          forSeconds: id === 7_001 ? 0 : 86_400,
        }));
        const change = { key, delta: delta({ told }) };
        await Promise.all(Array.from({ length: 20 }, () => store.commit([change])));
        await store.commit([change, change]);
        const tellings = told.map((one) => ({ ...one, last: NOON, count: 22 }));
        assert.deepEqual((await store.load([key]))[0]?.tellings, tellings);

        await store.commit([{ key, delta: delta({ at: NOON + DAY_MS - 1 }) }]);
        const kept = tellings.slice(1).map((one) => ({ ...one, count: 1 }));
        assert.deepEqual((await store.load([key]))[0]?.tellings, kept);
        await store.commit([{ key, delta: delta({ at: NOON + DAY_MS }) }]);
        assert.equal((await store.load([key]))[0]?.tellings, undefined);
      }));

    it("merges two changes of one profile in one call", () =>
      withStore(async (store) => {
        const change = { key: declaredKey("jane"), delta: delta({}) };
        await store.commit([change, change]);
        const [profile] = await store.load([declaredKey("jane")]);
        assert.deepEqual(profile?.traits[0]?.days, [20_000, 2]);
      }));

    it("sees a commit that was answered, at once and again and again", () =>
      withStore(async (store) => {
        for (let count = 1; count <= 50; count++) {
          await store.commit([{ key: deviceKey(1), delta: delta({}) }]);
          const [profile] = await store.load([deviceKey(1)]);
          assert.deepEqual(profile?.traits[0]?.days, [20_000, count]);
        }
      }));

    it("enters and leaves a segment while the clock stands still", () =>
      withStore(async (store) => {
        const key = deviceKey(1);
        await store.commit([{ key, delta: delta({ gained: [SEGMENT] }) }]);
        await store.commit([{ key, delta: delta({ lost: [SEGMENT] }) }]);
        assert.deepEqual((await store.load([key]))[0]?.membership, []);
        await store.commit([{ key, delta: delta({ gained: [SEGMENT] }) }]);
        const [profile] = await store.load([key]);
        assert.deepEqual(
          profile?.membership.map(({ sid, since }) => ({ sid, since })),
          [{ sid: SEGMENT, since: NOON }],
        );
      }));

    it("forgets every visitor", () =>
      withStore(async (store) => {
        const keys = [deviceKey(1), declaredKey("jane"), declaredKey("x".repeat(1_024))];
        await store.commit(keys.map((key) => ({ key, delta: delta({}) })));
        await store.forgetEveryone();
        assert.deepEqual(
          await store.load(keys),
          keys.map(() => EMPTY_PROFILE),
        );
        await store.commit([{ key: deviceKey(1), delta: delta({}) }]);
        assert.equal((await store.load([deviceKey(1)]))[0]?.traits.length, 1);
      }));

    const reopen = subject.reopen;
    if (reopen === undefined) {
      it("says why it keeps nothing when it is closed", () => {
        assert.ok(subject.forgetsOnClose, "A store that cannot be opened again gives its reason.");
      });
    } else {
      it("keeps what was committed, and what waited, when it is closed and opened", async () => {
        const store = await subject.open();
        const told = [{ destinationId: asDestinationId(7_001), forSeconds: 60 }];
        const committed = store.commit([{ key: deviceKey(1), delta: delta({ told }) }]);
        await Promise.all([committed, store.close()]);
        const again = await reopen();
        try {
          const [profile] = await again.load([deviceKey(1)]);
          assert.equal(profile?.traits.length, 1);
          assert.equal(profile?.tellings?.length, 1);
        } finally {
          await again.close();
        }
      });
    }

    it("refuses what comes after it was closed, and is closed twice without harm", async () => {
      const store = await subject.open();
      await store.close();
      await store.close();
      await assert.rejects(store.load([deviceKey(1)]), /closed/);
      await assert.rejects(store.commit([{ key: deviceKey(1), delta: delta({}) }]), /closed/);
      await assert.rejects(store.forgetEveryone(), /closed/);
    });

    it("keeps nothing of a call with one faulty change, and all of the calls beside it", () =>
      withStore(async (store) => {
        const faulty = store.commit([
          { key: deviceKey(1), delta: delta({}) },
          { key: deviceKey(2), delta: delta({ at: Number.NaN }) },
        ]);
        const sound = store.commit([{ key: deviceKey(3), delta: delta({}) }]);
        if (subject.answersBeforeCommit) await faulty;
        else await assert.rejects(faulty, /Invariant broken/);
        await sound;
        const profiles = await store.load([deviceKey(1), deviceKey(2), deviceKey(3)]);
        assert.deepEqual(
          profiles.map((profile) => profile.traits.length),
          [0, 0, 1],
        );
      }));
  });
}

/** IDs that a store might mistake for each other, or find too long. */
const ODD_IDS: readonly string[] = [
  "",
  "0",
  "\0",
  "a",
  "a\0",
  "é",
  "e\u0301",
  "𝔘",
  "\ud835",
  "\ufffd",
  "x".repeat(63),
  "x".repeat(64),
  "x".repeat(65),
  "x".repeat(1_023),
  "x".repeat(1_024),
  "ж".repeat(1_024),
  "日".repeat(1_024),
  `${"x".repeat(1_023)}y`,
];

function deviceKey(number: number): ProfileKey & { readonly kind: "device" } {
  const device = parseDeviceId(`${number}`.padStart(38, "0"));
  assert.ok(device);
  return { kind: "device", pid: asPartnerId(1), device };
}

function declaredKey(id: string): ProfileKey & { readonly kind: "declared" } {
  return { kind: "declared", dataSourceId: asDataSourceId(1), id };
}

function delta(parts: Partial<ProfileDelta>): ProfileDelta {
  return {
    at: NOON,
    realized: [{ sid: TRAIT, ttlDays: 120 }],
    gained: [],
    lost: [],
    foldBeforeDay: 0,
    ...parts,
  };
}
