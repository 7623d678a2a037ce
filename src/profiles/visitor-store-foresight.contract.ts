// What a call has foreseen is stored as if it had not: whoever comes in between is lost to nobody.

import assert from "node:assert/strict";
import { it } from "node:test";
import {
  deviceId,
  deviceKey,
  NOON,
  PARTNER,
  profileChange,
  profileKey,
} from "../../test/support/visitors.ts";
import { applyDelta } from "../model/apply-delta.ts";
import { asTraitId } from "../model/ids.ts";
import { EMPTY_PROFILE, type Profile, type ProfileDelta } from "../model/profile.ts";
import type { WithStore } from "./visitor-store.contract.ts";
import type { Visit, VisitorStore } from "./visitor-store.ts";

const TRAIT = asTraitId(7);

export function describeForesight(withStore: WithStore): void {
  it("stores what a call has foreseen, at its first visit and at later ones", () =>
    withStore(async (store) => {
      for (let call = 1; call <= 5; call++) {
        await store.commitVisit(foreseenBy(store, call));
        assert.deepEqual((await profileOf(store)).traits[0]?.days.at(-1), call);
      }
    }));

  it("counts each of several calls that have foreseen the same, at once or one after the other", () =>
    withStore(async (store) => {
      for (const before of [0, 3]) {
        const visits = [1, 2, 3].map((call) => foreseenBy(store, call));
        if (before === 0) await Promise.all(visits.map((visit) => store.commitVisit(visit)));
        else for (const visit of visits) await store.commitVisit(visit);
        assert.deepEqual((await profileOf(store)).traits[0]?.days.at(-1), before + 3);
      }
    }));

  it("counts each of several calls, of which one looks at the store while another's commit is under way", () =>
    withStore(async (store) => {
      let calls = 0;
      const visit = () => store.commitVisit(foreseenBy(store, ++calls));
      for (let turns = 0; turns < 8; turns++) {
        const underWay: Promise<unknown>[] = [visit()];
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        underWay.push(visit(), store.commit([profileChange(2)]));
        await nextTurn();
        underWay.push(visit());
        await Promise.all(underWay);
        assert.deepEqual((await profileOf(store)).traits[0]?.days.at(-1), calls);
      }
    }));

  it("keeps a change by a call of which nothing was foreseen", () =>
    withStore(async (store) => {
      await store.commitVisit(foreseenBy(store, 1));
      const foreseen = foreseenBy(store, 2);
      const { foreseen: _, ...plain } = foreseen.profiles[0] ?? assert.fail();
      await Promise.all([
        store.commit([plain]),
        store.commitVisit(foreseen),
        store.commit([plain, plain]),
        store.commitVisit(foreseen),
      ]);
      assert.deepEqual((await profileOf(store)).traits[0]?.days.at(-1), 6);
    }));

  it("begins anew after everybody was forgotten, whatever a call has foreseen", () =>
    withStore(async (store) => {
      for (const inOneTurn of [false, true]) {
        await store.commitVisit(foreseenBy(store, 1));
        await store.commitVisit(foreseenBy(store, 2));
        const foreseen = foreseenBy(store, 3);
        const forgotten = store.forgetEveryone();
        if (!inOneTurn) await forgotten;
        await store.commitVisit(foreseen);
        await forgotten;
        // In one turn either may be the first.
        const count = (await profileOf(store)).traits[0]?.days.at(-1) ?? 0;
        assert.ok(count === 1 || (inOneTurn && count === 0), `${count} realizations are left`);
        await store.forgetEveryone();
      }
    }));

  it("stores nothing of a call whose visitor has opted out since it looked", () =>
    withStore(async (store) => {
      for (const inOneTurn of [false, true]) {
        // A store that knows its own last change may take it that nothing has changed since.
        await store.commit([profileChange(2)]);
        const visit = foreseenBy(store, 1);
        const optOut = { kind: "opt-out", key: deviceKey(1), pid: PARTNER, at: NOON } as const;
        const optedOut = store.commitVisit({
          ...{ profiles: [], guard: null },
          identities: [{ ...optOut, reason: "request" }],
        });
        if (!inOneTurn) {
          await optedOut;
          assert.equal(await store.commitVisit(visit), "opted-out");
        } else {
          await Promise.all([optedOut, store.commitVisit(visit)]);
        }
        assert.equal((await profileOf(store)).lastSeen, 0);
        await store.forgetEveryone();
      }
    }));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function profileOf(store: VisitorStore): Promise<Profile> {
  const [profile = EMPTY_PROFILE] = await store.load([profileKey(1)]);
  return profile;
}

/** A visit as a call makes it that reads what is at hand. */
function foreseenBy(store: VisitorStore, call: number): Visit {
  const atHand = store.atHand?.();
  const before = atHand?.profile(profileKey(1)) ?? EMPTY_PROFILE;
  const delta: ProfileDelta = {
    at: NOON + call,
    realized: [{ sid: TRAIT, ttlDays: 0 }],
    gained: [],
    lost: [],
    foldBeforeDay: 0,
  };
  const change = { key: profileKey(1), delta };
  const after = applyDelta(before, delta);
  return {
    profiles: [atHand === undefined ? change : { ...change, foreseen: after }],
    identities: [],
    guard: { pid: PARTNER, keys: [{ kind: "device", device: deviceId(1) }] },
    asOf: atHand?.moment,
  };
}
