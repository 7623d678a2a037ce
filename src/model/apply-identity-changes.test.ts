import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import {
  customerKey,
  deviceId,
  deviceKey,
  linkOf,
  NOON,
  PARTNER,
} from "../../test/support/visitors.ts";
import { applyIdentityChange, MAX_LINKS_PER_IDENTITY } from "./apply-identity-change.ts";
import { applyIdentityChanges } from "./apply-identity-changes.ts";
import {
  type Identity,
  type IdentityChange,
  type IdentityKey,
  UNKNOWN_IDENTITY,
} from "./identity.ts";
import { identityKeyText, isSameKey } from "./identity-key.ts";
import { asDataSourceId } from "./ids.ts";
import { DAY_MS } from "./time.ts";

/** Identities in a map, as a store has them. */
class Ledger {
  readonly identities = new Map<string, { key: IdentityKey; identity: Identity }>();

  of(key: IdentityKey): Identity {
    return this.identities.get(identityKeyText(key))?.identity ?? UNKNOWN_IDENTITY;
  }

  apply(...changes: readonly IdentityChange[]): void {
    for (const { key, identity } of applyIdentityChanges(changes, (asked) => this.of(asked))) {
      this.identities.set(identityKeyText(key), { key, identity });
    }
  }

  customersOf(device: number): readonly string[] {
    return this.of(deviceKey(device)).links.map(({ to }) => identityKeyText(to));
  }
}

const seed = 20_260_301;

describe("links at both ends", () => {
  test("exist on both or on neither, with one state and times, whatever was changed", () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 60; round++) {
      const ledger = new Ledger();
      const limits = {
        declaredPerDevice: 1 + random.below(3),
        devicesPerDeclared: 1 + random.below(3),
      };
      for (let step = 0; step < 60; step++) {
        ledger.apply(...Array.from({ length: 1 + random.below(3) }, randomChange));
        checkEnds(ledger, limits, `seed ${seed}, round ${round}, step ${step}`);
      }

      function randomChange(): IdentityChange {
        const device = 1 + random.below(4);
        const id = `${random.below(4)}`;
        const at = NOON + random.below(400) * DAY_MS;
        if (random.chance(0.6)) {
          return linkOf(device, id, { at, limits, state: random.pick([0, 1, 2]) });
        }
        if (random.chance(0.5)) return { kind: "seen", device: deviceId(device), at };
        const declared = { dataSourceId: customerKey(id).dataSourceId, id };
        return { kind: "unlink", device: deviceId(device), declared };
      }
    }
  });

  function checkEnds(
    { identities }: Ledger,
    limits: { declaredPerDevice: number; devicesPerDeclared: number },
    where: string,
  ): void {
    for (const { key, identity } of identities.values()) {
      const { links, lastSeen } = identity;
      const most = key.kind === "device" ? limits.declaredPerDevice : limits.devicesPerDeclared;
      assert.ok(links.length <= most, where);
      if (links.length === 0) assert.equal(lastSeen, 0, where);
      for (const [place, link] of links.entries()) {
        const before = links[place - 1];
        assert.ok(before === undefined || before.lastSync >= link.lastSync, where);
        const other = identities.get(identityKeyText(link.to))?.identity.links ?? [];
        const back = other.find(({ to }) => isSameKey(to, key));
        assert.deepEqual(
          [back?.state, back?.lastSync, back?.lastAuth],
          [link.state, link.lastSync, link.lastAuth],
          where,
        );
      }
    }
  }

  test("are the same in any order of calls, where no limit is reached", () => {
    const random = seededRandom(seed);
    const changes = Array.from({ length: 40 }, (_, place) =>
      linkOf(1 + random.below(3), `${random.below(3)}`, {
        at: NOON + place,
        state: random.pick([0, 1, 2]),
      }),
    );
    const inOrder = new Ledger();
    inOrder.apply(...changes);
    for (let round = 0; round < 20; round++) {
      const shuffled = new Ledger();
      const places = new Map<IdentityChange, number>(
        changes.map((change) => [change, random.next()]),
      );
      const placeOf = (change: IdentityChange): number => places.get(change) ?? 0;
      shuffled.apply(...changes.toSorted((a, b) => placeOf(a) - placeOf(b)));
      for (const { key, identity } of inOrder.identities.values()) {
        assert.deepEqual(timesOf(shuffled.of(key)), timesOf(identity), `seed ${seed}`);
      }
    }
  });

  function timesOf({ links }: Identity): unknown {
    return links.map(({ to, state, lastSync, lastAuth }) => [to, state, lastSync, lastAuth]);
  }
});

test("a call that comes late takes neither state nor times of a later one", () => {
  const ledger = new Ledger();
  ledger.apply(linkOf(1, "jane", { at: NOON, state: 2 }));
  ledger.apply(linkOf(1, "jane", { at: NOON - 5, state: 1 }));
  const [link] = ledger.of(deviceKey(1)).links;
  assert.deepEqual([link?.state, link?.lastSync, link?.lastAuth], [2, NOON, NOON - 5]);
});

test("a link that comes late to a device full of later ones is not made at either end", () => {
  const ledger = new Ledger();
  const limits = { declaredPerDevice: 1, devicesPerDeclared: 1 };
  ledger.apply(linkOf(1, "late", { at: NOON, limits }));
  ledger.apply(linkOf(2, "jane", { at: NOON, limits }), linkOf(1, "john", { at: NOON, limits }));
  ledger.apply(linkOf(1, "jane", { at: NOON - 1, limits }));
  assert.deepEqual(ledger.customersOf(1), ["1001:john"]);
  assert.deepEqual(ledger.customersOf(2), ["1001:jane"]);
  ledger.apply(linkOf(3, "john", { at: NOON - 1, limits }));
  assert.deepEqual(ledger.customersOf(3), []);
  assert.deepEqual(ledger.customersOf(1), ["1001:john"]);
});

test("a link that had ended begins anew, without the login that it knew", () => {
  const ledger = new Ledger();
  ledger.apply(linkOf(1, "jane", { state: 1 }));
  ledger.apply(linkOf(1, "jane", { at: NOON + 121 * DAY_MS }));
  for (const key of [deviceKey(1), customerKey("jane")]) {
    const { links } = ledger.of(key);
    assert.deepEqual(
      links.map(({ lastSync, lastAuth }) => [lastSync, lastAuth]),
      [[NOON + 121 * DAY_MS, null]],
    );
  }
});

test("a device has no more links than an identity may have, in all data sources together", () => {
  const ledger = new Ledger();
  for (let number = 0; number <= MAX_LINKS_PER_IDENTITY; number++) {
    const source = asDataSourceId(1 + (number % 7));
    ledger.apply(linkOf(1, `${number}`, { at: NOON + number, source }));
  }
  assert.equal(ledger.of(deviceKey(1)).links.length, MAX_LINKS_PER_IDENTITY);
  const oldest: IdentityKey = { kind: "declared", dataSourceId: asDataSourceId(1), id: "0" };
  assert.deepEqual(ledger.of(oldest), UNKNOWN_IDENTITY);
});

test("what changes nothing gives the very identity back, so that nothing is written", () => {
  const ledger = new Ledger();
  const optOut = { key: deviceKey(1), pid: PARTNER, at: NOON } as const;
  ledger.apply(linkOf(1, "jane"), { kind: "opt-out", ...optOut, reason: "privacy" });
  ledger.apply({ kind: "seen", device: deviceId(1), at: NOON });
  const declared = { dataSourceId: customerKey("").dataSourceId, id: "nobody" };
  const idle: readonly IdentityChange[] = [
    { kind: "seen", device: deviceId(1), at: NOON },
    { kind: "seen", device: deviceId(2), at: NOON },
    { kind: "unlink", device: deviceId(1), declared },
    { kind: "opt-out", ...optOut, at: NOON + 1, reason: "consent" },
    { kind: "opt-in", key: deviceKey(1), pid: PARTNER },
    { kind: "opt-in", key: deviceKey(2), pid: PARTNER },
  ];
  assert.deepEqual(
    applyIdentityChanges(idle, (key) => ledger.of(key)),
    [],
  );
});

test("a change is not applied to an identity that it does not name, nor at no time", () => {
  const elsewhere = () => applyIdentityChange(UNKNOWN_IDENTITY, linkOf(1, "jane"), deviceKey(2));
  assert.throws(elsewhere, /Invariant broken/);
  for (const at of [-1, 0.5, Number.NaN]) {
    const never = () =>
      applyIdentityChange(UNKNOWN_IDENTITY, linkOf(1, "jane", { at }), deviceKey(1));
    assert.throws(never, /Invariant broken/);
  }
});
