// What every visitor store must do beside what every profile store must. Each implementation's test runs
// this body.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CRM,
  customerKey,
  deviceId,
  deviceKey,
  linkOf,
  NOON,
  PARTNER,
  profileChange,
  profileKey,
} from "../../test/support/visitors.ts";
import { type Identity, type IdentityChange, UNKNOWN_IDENTITY } from "../model/identity.ts";
import { asDataSourceId, asPartnerId } from "../model/ids.ts";
import { DAY_MS } from "../model/time.ts";
import type { ProfileStoreUnderTest } from "./store.contract.ts";
import type { Visit, VisitorStore } from "./visitor-store.ts";
import { describeForesight } from "./visitor-store-foresight.contract.ts";
import { describeStoredLists } from "./visitor-store-lists.contract.ts";

export interface VisitorStoreUnderTest extends ProfileStoreUnderTest {
  /** A store that holds nothing yet. */
  open(): Promise<VisitorStore>;
  /** Opens again what `open` opened last, after it was closed. */
  reopen?(): Promise<VisitorStore>;
}

export type WithStore = (use: (store: VisitorStore) => Promise<void>) => Promise<void>;

const OTHER_PARTNER = asPartnerId(2);

export function describeVisitorStore(name: string, subject: VisitorStoreUnderTest): void {
  const withStore: WithStore = async (use) => {
    const store = await subject.open();
    try {
      await use(store);
    } finally {
      await store.close();
    }
  };

  describe(`a visitor store: ${name}`, () => {
    describeLinks(withStore);
    describeOptOuts(withStore);
    describeVisits(withStore, subject);
    describeStoredLists(withStore);
    describeAtHand(withStore);
    describeForesight(withStore);
    describeForgetting(withStore);
    describeReopening(subject);
  });
}

function describeLinks(withStore: WithStore): void {
  it("knows nothing of an identity that nobody named", () =>
    withStore(async (store) => {
      const keys = [deviceKey(1), customerKey("nobody")];
      const identities = await store.loadIdentities(keys);
      assert.deepEqual(identities, [UNKNOWN_IDENTITY, UNKNOWN_IDENTITY]);
      assert.deepEqual(await store.loadIdentities([]), []);
    }));

  it("knows a link from both of its ends, in the order of the keys", () =>
    withStore(async (store) => {
      await change(store, [linkOf(1, "jane", { state: 1 })]);
      const [jane, device] = await store.loadIdentities([customerKey("jane"), deviceKey(1)]);
      const link = { state: 1, lastSync: NOON, lastAuth: NOON, syncOrder: NOON, authOrder: NOON };
      assert.deepEqual(jane, {
        ...UNKNOWN_IDENTITY,
        links: [{ to: deviceKey(1), ...link }],
      });
      assert.deepEqual(device, {
        ...UNKNOWN_IDENTITY,
        links: [{ to: customerKey("jane"), ...link }],
      });
    }));

  it("keeps the state of the last call, and when there was a login", () =>
    withStore(async (store) => {
      await change(store, [linkOf(1, "jane", { state: 1 })]);
      await change(store, [linkOf(1, "jane", { state: 2, at: NOON + 5 })]);
      for (const identity of await store.loadIdentities([customerKey("jane"), deviceKey(1)])) {
        const [link] = identity.links;
        assert.deepEqual(
          [link?.state, link?.lastSync, link?.lastAuth, link?.syncOrder, link?.authOrder],
          [2, NOON + 5, NOON, NOON + 5, NOON],
        );
      }
    }));

  it("has the later arrival first while the clock stands still", () =>
    withStore(async (store) => {
      await change(store, [linkOf(1, "jane"), linkOf(1, "john")]);
      await change(store, [linkOf(1, "jack")]);
      await change(store, [linkOf(1, "jane")]);
      assert.deepEqual(await customersOf(store, 1), ["jane", "jack", "john"]);
    }));

  it("lets the oldest sync of one data source go, at both ends", () =>
    withStore(async (store) => {
      const limits = { declaredPerDevice: 2, devicesPerDeclared: 100 };
      const other = asDataSourceId(77);
      await change(store, [linkOf(1, "other", { source: other, limits })]);
      for (const [place, id] of ["a", "b", "c"].entries()) {
        await change(store, [linkOf(1, id, { at: NOON + place, limits })]);
      }
      assert.deepEqual(await customersOf(store, 1), ["c", "b", "other"]);
      const [evicted] = await store.loadIdentities([customerKey("a")]);
      assert.deepEqual(evicted, UNKNOWN_IDENTITY);
    }));

  it("lets the oldest device of an ID go, at both ends", () =>
    withStore(async (store) => {
      const limits = { declaredPerDevice: 10, devicesPerDeclared: 2 };
      for (const number of [1, 2, 3]) {
        await change(store, [linkOf(number, "jane", { limits })]);
      }
      assert.deepEqual(await devicesOf(store, "jane"), [deviceId(3), deviceId(2)]);
      assert.deepEqual(await customersOf(store, 1), []);
    }));

  it("ends a link at both ends when it is taken back", () =>
    withStore(async (store) => {
      await change(store, [linkOf(1, "jane"), linkOf(1, "john")]);
      const declared = { dataSourceId: CRM, id: "jane" };
      await change(store, [{ kind: "unlink", device: deviceId(1), declared }]);
      assert.deepEqual(await customersOf(store, 1), ["john"]);
      assert.deepEqual(await devicesOf(store, "jane"), []);
    }));

  it("keeps a device that has links alive, and no other", () =>
    withStore(async (store) => {
      await change(store, [linkOf(1, "jane"), seen(1, NOON + 5), seen(2, NOON + 5)]);
      const [linked, other] = await store.loadIdentities([deviceKey(1), deviceKey(2)]);
      assert.equal(linked?.lastSeen, NOON + 5);
      assert.deepEqual(other, UNKNOWN_IDENTITY);
    }));

  it("does not bring ended links back to life with a sighting", () =>
    withStore(async (store) => {
      await change(store, [linkOf(1, "jane"), seen(1, NOON)]);
      await change(store, [seen(1, NOON + 100 * DAY_MS)]);
      await change(store, [seen(1, NOON + 220 * DAY_MS)]);
      assert.deepEqual(await customersOf(store, 1), ["jane"]);
      await change(store, [seen(1, NOON + 341 * DAY_MS)]);
      assert.deepEqual(await customersOf(store, 1), []);
      assert.deepEqual(await devicesOf(store, "jane"), []);
    }));

  it("keeps apart IDs of every length and script", () =>
    withStore(async (store) => {
      const ids = ["a", "A", "a ", "é", "e\u0301", "\ud835", "\ufffd", "x".repeat(1_024)];
      for (const [place, id] of [...ids, `${"x".repeat(1_023)}y`].entries()) {
        await change(store, [linkOf(place + 1, id)]);
      }
      for (const [place, id] of ids.entries()) {
        assert.deepEqual(await devicesOf(store, id), [deviceId(place + 1)]);
        assert.deepEqual(await customersOf(store, place + 1), [id]);
      }
    }));
}

function describeOptOuts(withStore: WithStore): void {
  const optOut = (
    reason: "request" | "consent" | "privacy",
    at = NOON,
    pid = PARTNER,
  ): IdentityChange => ({ kind: "opt-out", key: deviceKey(1), pid, reason, at });
  const optIn: IdentityChange = { kind: "opt-in", key: deviceKey(1), pid: PARTNER };

  it("keeps one opt-out for each partner, ascending", () =>
    withStore(async (store) => {
      await change(store, [optOut("request", NOON, OTHER_PARTNER)]);
      await change(store, [optOut("consent", NOON + 1), optOut("consent", NOON + 2)]);
      assert.deepEqual((await identityOf(store, 1)).optOuts, [
        { pid: PARTNER, reason: "consent", since: NOON + 1 },
        { pid: OTHER_PARTNER, reason: "request", since: NOON },
      ]);
    }));

  it("lets a stronger reason stand for a weaker one, and not the other way about", () =>
    withStore(async (store) => {
      const steps: readonly (readonly [given: "request" | "consent" | "privacy", kept: string])[] =
        [
          ["request", "request"],
          ["consent", "consent"],
          ["request", "consent"],
          ["privacy", "privacy"],
          ["consent", "privacy"],
        ];
      for (const [place, [given, kept]] of steps.entries()) {
        await change(store, [optOut(given, NOON + place)]);
        const [only] = (await identityOf(store, 1)).optOuts;
        assert.deepEqual(only, { pid: PARTNER, reason: kept, since: NOON });
      }
    }));

  it("takes back an opt-out by request, and none of another reason", () =>
    withStore(async (store) => {
      await change(store, [optOut("request"), optOut("request", NOON, OTHER_PARTNER)]);
      await change(store, [optIn]);
      const { optOuts } = await identityOf(store, 1);
      assert.deepEqual(
        optOuts.map(({ pid }) => pid),
        [OTHER_PARTNER],
      );
      await change(store, [optOut("request"), optOut("consent"), optIn]);
      assert.equal((await identityOf(store, 1)).optOuts[0]?.reason, "consent");
    }));

  it("keeps opt-outs when the last link goes, and the link when the opt-out goes", () =>
    withStore(async (store) => {
      const declared = { dataSourceId: CRM, id: "jane" };
      await change(store, [linkOf(1, "jane"), optOut("request")]);
      await change(store, [{ kind: "unlink", device: deviceId(1), declared }]);
      assert.equal((await identityOf(store, 1)).optOuts.length, 1);
      await change(store, [linkOf(1, "jane"), optIn]);
      const identity = await identityOf(store, 1);
      assert.deepEqual([identity.optOuts.length, identity.links.length], [0, 1]);
    }));
}

function describeVisits(withStore: WithStore, subject: VisitorStoreUnderTest): void {
  it("stores profiles and identities of a call together", () =>
    withStore(async (store) => {
      const visit = { profiles: [profileChange(1)], identities: [linkOf(1, "jane")], guard: null };
      assert.equal(await store.commitVisit(visit), "stored");
      assert.equal((await store.load([profileKey(1)]))[0]?.lastSeen, NOON);
      assert.deepEqual(await customersOf(store, 1), ["jane"]);
    }));

  it("stores nothing of a call for somebody who has opted out with that partner", () =>
    withStore(async (store) => {
      const key = customerKey("jane");
      const reason = "privacy";
      await change(store, [{ kind: "opt-out", key, pid: PARTNER, reason, at: NOON }]);
      const keys = [deviceKey(1), key];
      const visit = { profiles: [profileChange(1)], identities: [linkOf(1, "jane")] };
      const refused = { ...visit, guard: { pid: PARTNER, keys } };
      assert.equal(await store.commitVisit(refused), "opted-out");
      assert.equal((await store.load([profileKey(1)]))[0]?.lastSeen, 0);
      assert.deepEqual(await customersOf(store, 1), []);
      const ofOther = { ...visit, guard: { pid: OTHER_PARTNER, keys } };
      assert.equal(await store.commitVisit(ofOther), "stored");
      const ofNobody = { profiles: [], identities: [], guard: { pid: PARTNER, keys } };
      assert.equal(await store.commitVisit(ofNobody), "opted-out");
    }));

  it("lets no call that began before an opt-out store anything after its answer", () =>
    withStore(async (store) => {
      const keys = [deviceKey(1)];
      const guard = { pid: PARTNER, keys };
      await store.loadIdentities(keys);
      const reason = "request";
      await change(store, [{ kind: "opt-out", key: deviceKey(1), pid: PARTNER, reason, at: NOON }]);
      const visit = { profiles: [profileChange(1)], identities: [], guard };
      assert.equal(await store.commitVisit(visit), "opted-out");
      assert.equal((await store.load([profileKey(1)]))[0]?.lastSeen, 0);
    }));

  it("stores nothing of a call that comes with an opt-out in one turn, whichever is answered first", () =>
    withStore(async (store) => {
      const guard = { pid: PARTNER, keys: [deviceKey(1)] };
      const reason = "request";
      const optingOut = change(store, [
        { kind: "opt-out", key: deviceKey(1), pid: PARTNER, reason, at: NOON },
      ]);
      const visit = store.commitVisit({ profiles: [profileChange(1)], identities: [], guard });
      await Promise.all([optingOut, visit]);
      assert.equal((await store.load([profileKey(1)]))[0]?.lastSeen, 0);
    }));

  it("links a thousand devices with one ID that call at once", () =>
    withStore(async (store) => {
      const numbers = Array.from({ length: 1_000 }, (_, place) => place + 1);
      const limits = { declaredPerDevice: 10, devicesPerDeclared: 100 };
      await Promise.all(
        numbers.map((number) =>
          change(store, [linkOf(number, "jane", { limits, at: NOON + number })]),
        ),
      );
      const devices = await devicesOf(store, "jane");
      assert.deepEqual(devices, numbers.slice(900).reverse().map(deviceId));
      const identities = await store.loadIdentities(numbers.map(deviceKey));
      const linked = numbers.filter((_, place) => identities[place]?.links.length === 1);
      assert.deepEqual(linked, numbers.slice(900));
    }));

  it("keeps nothing of a call with a faulty change, and all of the call beside it", () =>
    withStore(async (store) => {
      const faulty = [
        change(store, [linkOf(1, "jane"), linkOf(1, "john", { at: Number.NaN })]),
        store.commitVisit({
          profiles: [profileChange(2, Number.NaN)],
          identities: [linkOf(2, "jane")],
          guard: null,
        }),
      ];
      const sound = change(store, [linkOf(3, "jane")]);
      for (const one of faulty) {
        if (subject.answersBeforeCommit) await one;
        else await assert.rejects(one, /Invariant broken/);
      }
      await sound;
      assert.deepEqual(await devicesOf(store, "jane"), [deviceId(3)]);
    }));
}

function describeAtHand(withStore: WithStore): void {
  it("has at hand, if it has anything, what it would load", () =>
    withStore(async (store) => {
      const john = customerKey("john");
      const optOut = {
        kind: "opt-out",
        key: john,
        pid: PARTNER,
        reason: "request",
        at: NOON,
      } as const;
      await change(store, [linkOf(1, "jane"), optOut]);
      await store.commitVisit({ profiles: [profileChange(1)], identities: [], guard: null });
      await store.denials.add({ key: deviceKey(1), until: NOON });
      const atHand = store.atHand?.();
      if (atHand === undefined) return;
      for (const key of [profileKey(1), profileKey(2)]) {
        assert.deepEqual([atHand.profile(key)], await store.load([key]));
      }
      for (const key of [deviceKey(1), deviceKey(2), customerKey("jane"), john]) {
        assert.deepEqual([store.atHand?.().identity(key)], await store.loadIdentities([key]));
      }
      const denials = [deviceKey(1), deviceKey(2)].map((key) =>
        [NOON - 1, NOON].map((now) => store.atHand?.().isDenied(key, now)),
      );
      assert.deepEqual(denials, [
        [true, false],
        [false, false],
      ]);
    }));

  it("has at hand what was answered a moment ago, and nothing once it is closed", () =>
    withStore(async (store) => {
      for (let call = 1; call <= 3; call++) {
        await store.commitVisit({ profiles: [profileChange(1)], identities: [], guard: null });
        const profile = store.atHand?.().profile(profileKey(1));
        if (profile !== undefined) assert.deepEqual([profile], await store.load([profileKey(1)]));
      }
      await store.close();
      if (store.atHand !== undefined) {
        assert.throws(() => store.atHand?.().profile(profileKey(1)), /closed/);
      }
    }));
}

function describeForgetting(withStore: WithStore): void {
  it("forgets every visitor, with all that was said of them", () =>
    withStore(async (store) => {
      const now = NOON;
      const key = { kind: "device", device: deviceId(1) } as const;
      const optOut = { kind: "opt-out", key, pid: PARTNER, reason: "privacy", at: NOON } as const;
      const bucket = { key, calls: 1, windowSeconds: 60 };
      await store.commitVisit({
        ...{ profiles: [profileChange(1)], identities: [linkOf(1, "jane"), optOut], guard: null },
      });
      await store.denials.add({ key, until: null });
      await store.rates.take([bucket], now);
      await store.graphs.replace(CRM, [[deviceId(1), deviceId(2)]]);

      await store.forgetEveryone();
      assert.equal((await store.load([profileKey(1)]))[0]?.lastSeen, 0);
      const identities = await store.loadIdentities([key, customerKey("jane")]);
      assert.deepEqual(identities, [UNKNOWN_IDENTITY, UNKNOWN_IDENTITY]);
      assert.deepEqual(await store.denials.list(now), []);
      assert.equal(await store.rates.take([bucket], now), null);
      assert.deepEqual(await store.graphs.clusterOf(CRM, deviceId(1)), []);
    }));
}

function describeReopening({ open, reopen, forgetsOnClose }: VisitorStoreUnderTest): void {
  if (reopen === undefined) {
    it("says why it keeps nothing when it is closed", () => assert.ok(forgetsOnClose));
    return;
  }
  it("keeps links, opt-outs, denials and graphs when it is closed and opened", async () => {
    const store = await open();
    const key = deviceKey(1);
    const optOut = { kind: "opt-out", key, pid: PARTNER, reason: "consent", at: NOON } as const;
    await store.denials.add({ key: { kind: "device", device: deviceId(9) }, until: null });
    await store.graphs.replace(CRM, [[deviceId(1), deviceId(2)]]);
    const committed = change(store, [linkOf(1, "jane", { state: 1 }), optOut]);
    await Promise.all([committed, store.close()]);
    const again = await reopen();
    try {
      assert.deepEqual(await customersOf(again, 1), ["jane"]);
      assert.equal((await identityOf(again, 1)).optOuts[0]?.reason, "consent");
      assert.equal((await again.denials.list(NOON)).length, 1);
      assert.equal((await again.graphs.clusterOf(CRM, deviceId(2))).length, 2);
    } finally {
      await again.close();
    }
  });

  it("refuses every question after it was closed", async () => {
    const store = await open();
    await store.close();
    const denied = { kind: "device", device: deviceId(1) } as const;
    await assert.rejects(store.loadIdentities([deviceKey(1)]), /closed/);
    await assert.rejects(change(store, [linkOf(1, "jane")]), /closed/);
    await assert.rejects(store.denials.areDenied([denied], NOON), /closed/);
    await assert.rejects(
      store.rates.take([{ key: deviceKey(1), calls: 1, windowSeconds: 1 }], NOON),
      /closed/,
    );
    await assert.rejects(store.graphs.clusterOf(CRM, deviceId(1)), /closed/);
  });
}

async function change(
  store: VisitorStore,
  identities: readonly IdentityChange[],
): Promise<"stored" | "opted-out"> {
  const visit: Visit = { profiles: [], identities, guard: null };
  return store.commitVisit(visit);
}

function seen(number: number, at: number): IdentityChange {
  return { kind: "seen", device: deviceId(number), at };
}

async function identityOf(store: VisitorStore, device: number): Promise<Identity> {
  const [identity] = await store.loadIdentities([deviceKey(device)]);
  assert.ok(identity);
  return identity;
}

async function customersOf(store: VisitorStore, device: number): Promise<readonly string[]> {
  const { links } = await identityOf(store, device);
  return links.map(({ to }) => (to.kind === "declared" ? to.id : "a device"));
}

async function devicesOf(store: VisitorStore, id: string): Promise<readonly string[]> {
  const [identity] = await store.loadIdentities([customerKey(id)]);
  return (identity?.links ?? []).map(({ to }) => (to.kind === "device" ? to.device : "an ID"));
}
