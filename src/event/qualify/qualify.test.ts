import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { snapshotOf } from "../../../test/support/event-world.ts";
import { numberedDevice } from "../../../test/support/store-deltas.ts";
import {
  declaredKeyOf,
  deviceKey,
  ledgerWorkspace,
  VisitLedger,
} from "../../../test/support/visit-ledger.ts";
import { applyDelta } from "../../model/apply-delta.ts";
import { asDataSourceId, asSegmentId } from "../../model/ids.ts";
import { latestOrder } from "../../model/profile.ts";
import { DAY_MS } from "../../model/time.ts";
import { keyText } from "../../profiles/key-text.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import { leaveSegments } from "./qualify.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const JOHN = declaredKeyOf(100, "john");
const JANE = declaredKeyOf(100, "jane");

function rule(crossDevice: string, device: string, ...dataSourceIds: number[]): object {
  const graph = device === "EXTERNAL" ? { deviceGraphDataSourceId: 900 } : {};
  return { crossDevice, device, dataSourceIds, ...graph };
}

/** One merge rule; segment 10 for trait 1 unless said otherwise. */
function ledgerOf(mergeRule: object, parts: Parameters<typeof ledgerWorkspace>[0] = {}) {
  const segments = [{ sid: 10, segmentRule: "1T" }];
  return new VisitLedger(
    snapshotOf(ledgerWorkspace({ segments, ...parts, mergeRules: [mergeRule] })),
  );
}

function segmentsOf(ledger: VisitLedger, key: ProfileKey): number[] {
  return ledger.profileOf(key).membership.map(({ sid }) => sid);
}

function members(ledger: VisitLedger, keys: readonly ProfileKey[]): number {
  return keys.filter((key) => segmentsOf(ledger, key).includes(10)).length;
}

const login = (id: string) => [[100, id, 1]] as const;

describe("the manual's examples of who is segmented", () => {
  it("No Cross-Device Profile: of one user's three phones, the two that match", () => {
    const ledger = ledgerOf(rule("NONE", "DEVICE"));
    for (const device of [1, 2]) ledger.call({ device, traits: [1], now: NOW });
    ledger.call({ device: 3, traits: [2], now: NOW });
    assert.equal(members(ledger, [1, 2, 3].map(deviceKey)), 2);
  });

  it("Current Authenticated Profiles and No Device: no device and one customer ID", () => {
    const ledger = ledgerOf(rule("CURRENT", "NO_DEVICE", 100));
    const answer = ledger.call({ device: 1, ids: login("john"), traits: [1], now: NOW });
    assert.deepEqual(answer.segments, [10]);
    assert.equal(members(ledger, [1, 2].map(deviceKey)), 0);
    assert.equal(members(ledger, [JOHN]), 1);
    // Nobody is logged in: nothing is evaluated, and the visitor is in no such segment.
    const after = ledger.call({ device: 1, now: NOW + 1 });
    assert.deepEqual([after.segments, after.lost], [[], []]);
    assert.equal(members(ledger, [JOHN]), 1);
  });

  it("Last Authenticated and Device: of two households on two devices each, one device and its household", () => {
    const segments = [{ sid: 10, segmentRule: "1T AND 2T" }];
    const ledger = ledgerOf(rule("LAST", "DEVICE", 200), { segments });
    for (const device of [1, 2, 3, 4]) {
      const household = `house${device < 3 ? 1 : 2}`;
      ledger.call({
        device,
        ids: [[200, household, 1]],
        traits: device === 4 ? [2] : [],
        now: NOW,
      });
    }
    for (const device of [1, 2, 4]) ledger.call({ device, traits: [3], now: NOW + 1 });
    ledger.call({ device: 3, traits: [1], now: NOW + 1 });
    assert.deepEqual(
      [1, 2, 3, 4].filter((one) => members(ledger, [deviceKey(one)]) > 0),
      [3],
    );
    const households = ["house1", "house2"].map((id) => declaredKeyOf(200, id));
    assert.deepEqual(
      households.map((key) => members(ledger, [key])),
      [0, 1],
    );
  });

  it("Profile Link: flights, hotels and tours on three devices, and all three are in", () => {
    const segments = [{ sid: 10, segmentRule: "1T AND 2T AND 3T" }];
    const ledger = ledgerOf(rule("LAST", "PROFILE_LINK", 100), { segments });
    for (const device of [1, 2, 3]) ledger.call({ device, ids: login("john"), now: NOW + device });
    for (const device of [1, 2, 3]) ledger.call({ device, traits: [device], now: NOW + 9 });
    assert.equal(members(ledger, [1, 2, 3].map(deviceKey)), 3);
    assert.equal(members(ledger, [JOHN]), 1);
  });
});

describe("what a call counts", () => {
  it("adds up over devices and with whoever is logged in, and is the greatest over data sources", () => {
    const segments = [11, 12, 13, 14].map((sid) => ({
      sid,
      segmentRule: `frequency([1T]) >= ${sid - 8}`,
    }));
    const ledger = ledgerOf(rule("LAST", "DEVICE", 100, 200), { segments });
    const both = [...login("john"), [200, "house7", 1] as const];
    ledger.call({ device: 1, traits: [1], now: NOW });
    for (const at of [1, 2]) ledger.call({ device: 1, ids: both, traits: [1], now: NOW + at });
    assert.deepEqual(ledger.call({ device: 1, now: NOW + 3 }).segments, [11]);
    const alone = ledger.call({ device: 1, ids: login("john"), traits: [1], now: NOW + 4 });
    assert.deepEqual(alone.segments, [11, 12]);
  });

  it("drops what has run out on one device, though the trait lives on on another", () => {
    const traits = [{ sid: 4, name: "Short", ttl: 1 }];
    const segments = [{ sid: 10, segmentRule: "frequency([4T]) >= 2" }];
    const ledger = ledgerOf(rule("NONE", "EXTERNAL"), { traits, segments });
    ledger.clusters = [[1, 2]];
    ledger.call({ device: 1, traits: [4], now: NOW - 2 * DAY_MS });
    assert.deepEqual(ledger.call({ device: 2, traits: [4], now: NOW }).segments, []);
    assert.deepEqual(ledger.call({ device: 1, traits: [4], now: NOW }).segments, [10]);
  });
});

describe("who hears of a call", () => {
  it("its device and each customer ID it names are seen, in every state; the others are not", () => {
    const ledger = ledgerOf(rule("NONE", "EXTERNAL"));
    ledger.clusters = [[1, 2]];
    ledger.call({ device: 2, now: NOW - DAY_MS });
    const ids = [[100, "john", 1] as const, [100, "jane", 2] as const, [200, "house7", 0] as const];
    ledger.call({ device: 1, ids, traits: [1], now: NOW });
    const seen = [deviceKey(1), JOHN, JANE, declaredKeyOf(200, "house7")];
    assert.deepEqual(
      seen.map((key) => ledger.profileOf(key).lastSeen),
      [NOW, NOW, NOW, NOW],
    );
    const written = seen.filter((key) => ledger.profileOf(key).traits.length > 0);
    assert.deepEqual(written, [JOHN]);

    ledger.call({ device: 1, traits: [1], now: NOW + 1 });
    assert.deepEqual(segmentsOf(ledger, deviceKey(2)), [10]);
    assert.equal(ledger.profileOf(deviceKey(2)).lastSeen, NOW - DAY_MS);
  });

  it("of several logins of one data source the last is written to, and IDs of devices never", () => {
    const ledger = ledgerOf(rule("CURRENT", "DEVICE", 100));
    const ids = [[100, "john", 1] as const, [100, "jane", 1] as const, [50, "cookie", 1] as const];
    const { changes } = ledger.call({ device: 1, ids, traits: [1], now: NOW });
    assert.deepEqual(
      changes.map(({ key, delta }) => [keyText(key), delta.realized.length]),
      [
        [keyText(deviceKey(1)), 0],
        [keyText(JANE), 1],
        [keyText(JOHN), 0],
      ],
    );
  });

  it("whose life is over reads as empty, and begins anew when it is named", () => {
    const dataSources = [
      { dataSourceId: 400, pid: 1957, name: "Brief", idType: "CROSS_DEVICE", retentionMonths: 1 },
    ];
    const ledger = ledgerOf(rule("LAST", "DEVICE", 400), { dataSources });
    ledger.call({ device: 1, ids: [[400, "john", 1]], traits: [1], now: NOW });
    const end = NOW + 31 * DAY_MS - DAY_MS / 2;
    assert.deepEqual(ledger.call({ device: 1, now: end - 1 }).segments, [10]);
    const answer = ledger.call({ device: 1, now: end });
    assert.deepEqual([answer.segments, answer.lost], [[], [10]]);
    ledger.call({ device: 1, ids: [[400, "john", 1]], now: end + 1 });
    assert.deepEqual(ledger.profileOf(declaredKeyOf(400, "john")).traits, []);
  });

  it("whose life is over is a member of nothing, and may become one anew", () => {
    const dataSources = [
      { dataSourceId: 400, pid: 1957, name: "Brief", idType: "CROSS_DEVICE", retentionMonths: 1 },
    ];
    const ledger = ledgerOf(rule("LAST", "DEVICE", 400), { dataSources });
    ledger.call({ device: 1, ids: [[400, "john", 1]], traits: [1], now: NOW });
    ledger.call({ device: 1, traits: [1], now: NOW + 1 });
    const later = NOW + 40 * DAY_MS;
    assert.deepEqual(ledger.call({ device: 1, now: later }).segments, [10]);
    const [entry] = ledger.profileOf(declaredKeyOf(400, "john")).membership;
    assert.equal(entry?.since, later);
  });

  it("other devices of a person leave with the one that does", () => {
    const segments = [{ sid: 10, segmentRule: "1T AND NOT 2T" }];
    const ledger = ledgerOf(rule("LAST", "PROFILE_LINK", 100), { segments });
    for (const device of [1, 2]) ledger.call({ device, ids: login("john"), now: NOW });
    ledger.call({ device: 1, traits: [1], now: NOW + 1 });
    const everybody = [deviceKey(1), deviceKey(2), JOHN];
    assert.equal(members(ledger, everybody), 3);
    const answer = ledger.call({ device: 2, traits: [2], now: NOW + 1 });
    assert.deepEqual([answer.segments, answer.lost], [[], [10]]);
    assert.equal(members(ledger, everybody), 0);
  });

  it("on the page, of a segment that no device can be in, the one who is logged in", () => {
    const segments = [{ sid: 10, segmentRule: "1T AND NOT 2T" }];
    const ledger = ledgerOf(rule("CURRENT", "NO_DEVICE", 100), { segments });
    ledger.call({ device: 1, ids: login("john"), traits: [1], now: NOW });
    const answer = ledger.call({ device: 1, ids: login("john"), traits: [2], now: NOW + 1 });
    assert.deepEqual([answer.segments, answer.lost], [[], [10]]);
  });
});

describe("membership that rests on pairs", () => {
  const segments = [{ sid: 10, segmentRule: "1T AND NOT 2T" }];
  const evidence = (ledger: VisitLedger) =>
    ledger
      .profileOf(JOHN)
      .membership.flatMap(({ evidence: pairs = [] }) => pairs.map(({ device }) => Number(device)));

  it("stays as long as the rule holds on one of the devices, and no longer", () => {
    const ledger = ledgerOf(rule("LAST", "DEVICE", 100), { segments });
    for (const device of [1, 2, 3]) ledger.call({ device, ids: login("john"), now: NOW });
    for (const device of [1, 2]) ledger.call({ device, traits: [1], now: NOW + 1 });
    ledger.call({ device: 3, now: NOW + 1 });
    assert.deepEqual(evidence(ledger), [1, 2]);
    ledger.call({ device: 1, traits: [2], now: NOW + 2 });
    assert.deepEqual(evidence(ledger), [2]);
    assert.deepEqual(segmentsOf(ledger, deviceKey(1)), []);
    assert.deepEqual(segmentsOf(ledger, JOHN), [10]);
    ledger.call({ device: 2, traits: [2], now: NOW + 2 });
    assert.deepEqual(segmentsOf(ledger, JOHN), []);
    assert.ok(latestOrder(ledger.profileOf(JOHN)) > NOW);
  });

  it("becomes that of one profile, and that of pairs again, as the merge rule is edited", () => {
    const ledger = ledgerOf(rule("LAST", "DEVICE", 100), { segments });
    for (const device of [1, 2]) {
      ledger.call({ device, ids: login("john"), now: NOW });
      ledger.call({ device, traits: [1], now: NOW });
    }
    const edited = (device: string) => {
      ledger.partner = ledgerOf(rule("LAST", device, 100), { segments }).partner;
    };
    edited("PROFILE_LINK");
    ledger.call({ device: 1, now: NOW + 1 });
    assert.deepEqual(segmentsOf(ledger, JOHN), [10]);
    ledger.call({ device: 1, traits: [2], now: NOW + 2 });
    assert.deepEqual([segmentsOf(ledger, JOHN), evidence(ledger)], [[], []]);

    const plain = { sid: 10, segmentRule: "1T" };
    ledger.partner = ledgerOf(rule("LAST", "PROFILE_LINK", 100), { segments: [plain] }).partner;
    ledger.call({ device: 2, now: NOW + 3 });
    assert.deepEqual([segmentsOf(ledger, JOHN), evidence(ledger)], [[10], []]);
    ledger.partner = ledgerOf(rule("LAST", "DEVICE", 100), { segments: [plain] }).partner;
    ledger.call({ device: 2, now: NOW + 4 });
    assert.deepEqual([segmentsOf(ledger, JOHN), evidence(ledger)], [[10], [2]]);
  });
});

describe("segments that are gone or rest", () => {
  it("are left by all who are read, or by nobody; of shared IDs nobody may say", () => {
    const shared = { dataSourceId: 500, pid: null, name: "Shared", idType: "CROSS_DEVICE" };
    const mergeRule = rule("LAST", "PROFILE_LINK", 100);
    const segments = [10, 11].map((sid) => ({ sid, segmentRule: "1T" }));
    const ledger = ledgerOf(mergeRule, { segments, dataSources: [shared] });
    for (const device of [1, 2]) ledger.call({ device, ids: login("john"), now: NOW });
    ledger.call({ device: 1, traits: [1], now: NOW });
    const paused = [{ sid: 11, segmentRule: "2T", status: "INACTIVE" }];
    // A group of segments in use is what makes a rule read at all.
    const other = { sid: 12, segmentRule: "3T" };
    ledger.partner = ledgerOf(mergeRule, { segments: [...paused, other] }).partner;
    const answer = ledger.call({ device: 2, now: NOW + 1 });
    assert.deepEqual([answer.segments, answer.lost], [[], [10]]);
    for (const key of [deviceKey(1), deviceKey(2), JOHN]) {
      assert.deepEqual(segmentsOf(ledger, key), [11]);
    }

    const sharedRule = rule("CURRENT", "NO_DEVICE", 500);
    ledger.partner = ledgerOf(sharedRule, { dataSources: [shared] }).partner;
    const ids = [[500, "john", 1] as const];
    ledger.call({ device: 1, ids, traits: [1], now: NOW + 2 });
    ledger.partner = ledgerOf(sharedRule, { segments: [other], dataSources: [shared] }).partner;
    ledger.call({ device: 1, ids, now: NOW + 3 });
    assert.deepEqual(segmentsOf(ledger, declaredKeyOf(500, "john")), [10]);
  });
});

describe("who leaves all segments", () => {
  it("leaves those of pairs and of paused segments too, and no other partner's", () => {
    const ledger = ledgerOf(rule("LAST", "DEVICE", 100));
    for (const device of [1, 2]) {
      ledger.call({ device, ids: login("john"), traits: [1], now: NOW });
    }
    ledger.partner = ledgerOf(rule("LAST", "DEVICE", 100), {
      segments: [{ sid: 10, segmentRule: "1T", status: "INACTIVE" }],
    }).partner;
    const { partner } = ledger;
    for (const key of [deviceKey(1), JOHN]) {
      const change = leaveSegments({ partner, now: NOW + 1 }, key, ledger.profileOf(key));
      assert.ok(change);
      const after = applyDelta(ledger.profileOf(key), change.delta);
      assert.deepEqual([after.membership, after.lastSeen], [[], NOW]);
      assert.equal(leaveSegments({ partner, now: NOW + 2 }, key, after), null);
    }
    const shared = { dataSourceId: 500, pid: null, name: "Shared", idType: "CROSS_DEVICE" };
    const other = ledgerOf(rule("CURRENT", "NO_DEVICE", 500), { dataSources: [shared] }).partner;
    const profile = {
      ...ledger.profileOf(JOHN),
      membership: [10, 999].map((sid) => ({ sid: asSegmentId(sid), since: NOW })),
    };
    const key = declaredKeyOf(500, "john");
    const change = leaveSegments({ partner: other, now: NOW }, key, profile);
    assert.deepEqual(change?.delta.lost, [10]);
  });
});

describe("who has opted out", () => {
  it("is neither read nor told, and takes nobody along", () => {
    const ledger = ledgerOf(rule("LAST", "PROFILE_LINK", 100));
    for (const device of [1, 2, 3])
      ledger.call({ device, ids: login("john"), traits: [1], now: NOW });
    const key = numberedDevice(2);
    const { partner } = ledger;
    const optOuts = [{ pid: partner.pid, reason: "request" as const, since: NOW }];
    const identity = ledger.identityOf({ kind: "device", device: key });
    ledger.identities.set(key, { ...identity, optOuts });
    const read = ledger.call({ device: 1, now: NOW + 1 }).plan.profiles;
    assert.deepEqual(read.map(keyText), [deviceKey(1), deviceKey(3), JOHN].map(keyText));

    const person = { dataSourceId: asDataSourceId(100), id: "john" };
    const john = ledger.identityOf({ kind: "declared", ...person });
    ledger.identities.set("100:john", { ...john, optOuts });
    const alone = ledger.call({ device: 1, now: NOW + 2 }).plan.profiles;
    assert.deepEqual(alone.map(keyText), [deviceKey(1)].map(keyText));
  });
});

describe("what cannot be read", () => {
  const everybody = (mergeRule: object) => {
    const ledger = ledgerOf(mergeRule);
    ledger.clusters = [[1, 2]];
    for (const device of [1, 2]) ledger.call({ device, ids: login("john"), now: NOW });
    return ledger;
  };

  it("is left out: a person's other devices, a device's person, a graph's cluster", () => {
    for (const [mergeRule, wanted, read] of [
      [rule("LAST", "PROFILE_LINK", 100), 1, [deviceKey(1)]],
      [rule("LAST", "DEVICE", 100), 1, [deviceKey(1)]],
      [rule("NONE", "EXTERNAL"), 1, [deviceKey(1)]],
    ] as const) {
      const ledger = everybody(mergeRule);
      ledger.find = (found) => ({
        identities: found.identities.map(() => null),
        clusters: found.clusters.map(() => null),
      });
      const { plan, rounds } = ledger.call({ device: 1, now: NOW + 1 });
      assert.deepEqual(plan.profiles.map(keyText), read.map(keyText));
      assert.equal(rounds, wanted);
    }
  });

  it("hides nobody whom the call itself names", () => {
    const ledger = everybody(rule("LAST", "PROFILE_LINK", 100));
    ledger.find = (found) => ({ ...found, identities: found.identities.map(() => null) });
    const { plan } = ledger.call({ device: 1, ids: login("john"), now: NOW + 1 });
    assert.deepEqual(plan.profiles.map(keyText), [deviceKey(1), JOHN].map(keyText));
  });
});

describe("a cluster", () => {
  it("is read as far as a hundred devices, the call's own among them", () => {
    const ledger = ledgerOf(rule("NONE", "EXTERNAL"));
    ledger.clusters = [Array.from({ length: 150 }, (_, at) => at + 1)];
    const { profiles } = ledger.call({ device: 120, now: NOW }).plan;
    assert.equal(profiles.length, 100);
    assert.deepEqual(profiles[0], deviceKey(120));
    assert.deepEqual(profiles.at(-1), deviceKey(99));
  });
});

describe("how often a plan asks", () => {
  it("never where nothing but the device can matter, and at most twice", () => {
    const rounds = (mergeRule: object, ids: Parameters<VisitLedger["call"]>[0]["ids"] = []) => {
      const ledger = ledgerOf(mergeRule);
      ledger.clusters = [[1, 2]];
      for (const device of [1, 2]) ledger.call({ device, ids: login("john"), now: NOW });
      return ledger.call({ device: 1, ids, now: NOW + 1 }).rounds;
    };
    assert.equal(rounds(rule("NONE", "DEVICE")), 0);
    assert.equal(rounds(rule("CURRENT", "NO_DEVICE", 100), login("john")), 0);
    assert.equal(rounds(rule("CURRENT", "PROFILE_LINK", 100)), 0);
    assert.equal(rounds(rule("LAST", "DEVICE", 100), login("jane")), 0);
    assert.equal(rounds(rule("LAST", "DEVICE", 100)), 1);
    assert.equal(rounds(rule("LAST", "PROFILE_LINK", 100), login("john")), 2);
    assert.equal(rounds(rule("LAST", "EXTERNAL", 100)), 2);
  });
});
