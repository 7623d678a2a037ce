// Two callers of one customer ID, and now and then somebody else, on ten devices, with logins and logouts
// by chance: against an oracle that keeps every call and finds each answer from all of them anew.

import assert from "node:assert/strict";
import { test } from "node:test";
import { snapshotOf } from "../../../test/support/event-world.ts";
import { type Random, seededRandom } from "../../../test/support/random.ts";
import {
  declaredKeyOf,
  deviceKey,
  ledgerWorkspace,
  shownKey,
  VisitLedger,
} from "../../../test/support/visit-ledger.ts";
import type { ProfileKey } from "../../profiles/store.ts";

const START = Date.UTC(2026, 0, 1, 12);
const DEVICES = Array.from({ length: 10 }, (_, at) => at + 1);
const PEOPLE = ["john", "jane"];

type Device = "DEVICE" | "PROFILE_LINK" | "NO_DEVICE";
interface Rule {
  readonly crossDevice: "NONE" | "CURRENT" | "LAST";
  readonly device: Device;
}

const RULES: readonly Rule[] = [
  { crossDevice: "NONE", device: "DEVICE" },
  { crossDevice: "CURRENT", device: "NO_DEVICE" },
  { crossDevice: "LAST", device: "DEVICE" },
  { crossDevice: "LAST", device: "PROFILE_LINK" },
];

/** Segments are left as well as entered: each holds for some counts only. */
const COUNTS = [
  [1, 3],
  [2, 6],
  [5, 1000],
] as const;

const SNAPSHOT = snapshotOf(
  ledgerWorkspace({
    mergeRules: RULES.map((rule) => ({
      ...rule,
      dataSourceIds: rule.crossDevice === "NONE" ? [] : [100],
    })),
    segments: RULES.flatMap((_, at) =>
      COUNTS.map(([least, most], segment) => ({
        sid: 10 * (at + 1) + segment,
        mergeRuleId: at + 1,
        segmentRule: `frequency([1T]) >= ${least} AND frequency([1T]) <= ${most}`,
      })),
    ),
  }),
);

interface Call {
  readonly device: number;
  readonly person: string | null;
  readonly state: 0 | 1 | 2;
  readonly realizes: boolean;
}

function randomCall(random: Random): Call {
  return {
    device: random.pick(DEVICES),
    person: random.chance(0.3) ? null : random.chance(0.85) ? "john" : "jane",
    state: random.pick([0, 1, 1, 2]),
    realizes: random.chance(0.5),
  };
}

function ledgerCall({ device, person, state, realizes }: Call, now: number) {
  const ids = person === null ? [] : [[100, person, state] as const];
  return { device, ids, traits: realizes ? [1] : [], now };
}

const EVERYBODY: readonly ProfileKey[] = [
  ...DEVICES.map(deviceKey),
  ...PEOPLE.map((person) => declaredKeyOf(100, person)),
];

test("links, the order of logins, counts and segments are those of a sequential oracle", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const ledger = new VisitLedger(SNAPSHOT);
    const oracle = new Oracle();
    let now = START;
    for (let calls = 0; calls < 60; calls++) {
      now += random.pick([0, 0, 1, 5000]);
      const call = randomCall(random);
      const answer = ledger.call(ledgerCall(call, now));
      const expected = oracle.answer(call);
      const where = `seed ${seed}, call ${calls}`;
      assert.deepEqual(answer.segments, expected, where);
      const ofPerson = answer.plan.rules.find(({ group }) => group.mergeRule.mergeRuleId === 4);
      const read = ofPerson?.places.map((place) => answer.plan.profiles[place]);
      assert.deepEqual(
        read?.map((key) => key && shownKey(key)),
        oracle.readByProfileLink(call),
        where,
      );
      for (const key of EVERYBODY) {
        const { membership, traits } = ledger.profileOf(key);
        assert.deepEqual(
          membership.map(({ sid }) => sid),
          oracle.segmentsOf(shownKey(key)),
          `${where}: ${shownKey(key)}`,
        );
        assert.equal(traits[0]?.days[1] ?? 0, oracle.countOf(shownKey(key)), where);
      }
    }
  }
});

test("calls that overlap lose no count, in whatever order they are stored", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const ledger = new VisitLedger(SNAPSHOT);
    const oracle = new Oracle();
    for (let rounds = 0; rounds < 20; rounds++) {
      const calls = Array.from({ length: 1 + random.below(4) }, () => randomCall(random));
      const begun = calls.map((call) => ledger.begin(ledgerCall(call, START + rounds)));
      for (const call of calls) oracle.answer(call);
      while (begun.length > 0) begun.splice(random.below(begun.length), 1)[0]?.commit();
    }
    for (const key of EVERYBODY) {
      const count = ledger.profileOf(key).traits[0]?.days[1] ?? 0;
      assert.equal(count, oracle.countOf(shownKey(key)), `seed ${seed}: ${shownKey(key)}`);
    }
    // With calls one after another all that is told becomes true again.
    for (const device of DEVICES) {
      const call: Call = { device, person: null, state: 0, realizes: false };
      const expected = oracle.answer(call);
      assert.deepEqual(
        ledger.call(ledgerCall(call, START + 99)).segments,
        expected,
        `seed ${seed}`,
      );
    }
  }
});

/** Everything is found from the list of calls; only what was told is kept. */
class Oracle {
  readonly #calls: Call[] = [];
  /** By segment and profile; of a pair with its device after it. */
  readonly #told = new Set<string>();

  answer(call: Call): number[] {
    this.#calls.push(call);
    return RULES.flatMap((rule, at) => {
      const read = this.#read(rule, call);
      if (read.length === 0) return [];
      const count = read.reduce((sum, profile) => sum + this.countOf(profile), 0);
      return COUNTS.flatMap(([least, most], segment) => {
        const sid = 10 * (at + 1) + segment;
        const holds = count >= least && count <= most;
        for (const profile of read) {
          const isPair = rule.crossDevice === "LAST" && rule.device === "DEVICE";
          const pair = isPair && profile.startsWith("auth") ? ` ${call.device}` : "";
          const entry = `${sid} ${profile}${pair}`;
          if (holds) this.#told.add(entry);
          else this.#told.delete(entry);
        }
        return holds ? [sid] : [];
      });
    });
  }

  readByProfileLink(call: Call): string[] {
    return this.#read({ crossDevice: "LAST", device: "PROFILE_LINK" }, call);
  }

  segmentsOf(profile: string): number[] {
    const entries = [...this.#told].map((entry) => entry.split(" "));
    const sids = entries.filter(([, key]) => key === profile).map(([sid]) => Number(sid));
    return [...new Set(sids)].sort((a, b) => a - b);
  }

  countOf(profile: string): number {
    return this.#calls.filter(
      ({ device, person, state, realizes }) =>
        realizes &&
        profile === (state === 1 && person !== null ? `auth:100:${person}` : `dev:D${device}`),
    ).length;
  }

  #read({ crossDevice, device }: Rule, call: Call): string[] {
    const present = call.state === 1 ? call.person : null;
    const person =
      crossDevice === "NONE" ? null : crossDevice === "LAST" ? this.#lastOn(call.device) : present;
    const devices =
      device === "NO_DEVICE"
        ? []
        : device === "PROFILE_LINK" && person !== null
          ? [call.device, ...this.#devicesOf(person).filter((other) => other !== call.device)]
          : [call.device];
    const people = person === null ? [] : [`auth:100:${person}`];
    return [...devices.map((one) => `dev:D${one}`), ...people];
  }

  /** Who was the last to log in on a device; where nobody ever did, who was named last. */
  #lastOn(device: number): string | null {
    const named = this.#calls.filter((call) => call.device === device && call.person !== null);
    return (named.findLast(({ state }) => state === 1) ?? named.at(-1))?.person ?? null;
  }

  /** The latest login first, then those where the person was only named. */
  #devicesOf(person: string): number[] {
    const latest = (device: number, isLogin: boolean) =>
      this.#calls.findLastIndex(
        (call) =>
          call.device === device && call.person === person && (!isLogin || call.state === 1),
      );
    return DEVICES.filter((device) => this.#lastOn(device) === person).sort(
      (a, b) => latest(b, true) - latest(a, true) || latest(b, false) - latest(a, false),
    );
  }
}
