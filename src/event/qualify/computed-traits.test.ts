import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { snapshotOf } from "../../../test/support/event-world.ts";
import { numberedDevice } from "../../../test/support/store-deltas.ts";
import { profileOf } from "../../../test/support/trait-history.ts";
import {
  declaredKeyOf,
  deviceKey,
  ledgerWorkspace,
  VisitLedger,
} from "../../../test/support/visit-ledger.ts";
import { applyDelta } from "../../model/apply-delta.ts";
import { UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { asSegmentId, asTraitId } from "../../model/ids.ts";
import { DAY_MS } from "../../model/time.ts";
import { keyText } from "../../profiles/key-text.ts";
import { withComputedTraits } from "../../rules/merge/merge.ts";
import { buildSegmentIndex, type Qualified } from "../../rules/segment-index/segment-index.ts";
import { buildSlowSegmentIndex } from "../../rules/segment-index/slow-segment-index.ts";
import { parseSegmentRule, type TraitLookup } from "../../rules/segment-rule/segment-rule.ts";
import { computedHoldings } from "./computed-holdings.ts";
import { needsIdentity, planReads, planWrites } from "./qualify.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const EVERYBODY = { sid: 70, traitType: "ACTIVE_AUDIENCE_TRAIT", name: "Everybody" };
const SYNCED = {
  ...{ sid: 71, traitType: "DATA_SOURCE_SYNCED_TRAIT", name: "Synced" },
  dataSourceId: 100,
};
const SITE = { ...SYNCED, sid: 72, name: "Site", dataSourceId: 50, folderId: 5 };
const FOLDER = { folderId: 5, pid: 1957, name: "Folder", traitSid: 90 };

const SEGMENTS = [
  { sid: 10, segmentRule: "70T" },
  { sid: 11, segmentRule: "71T" },
  { sid: 12, segmentRule: "90T" },
  { sid: 13, segmentRule: "70T AND NOT 71T" },
  { sid: 14, segmentRule: "frequency([90T]) == 1" },
];

function ledgerOf(mergeRule: object, changes: { traits?: object[]; segments?: object[] } = {}) {
  return new VisitLedger(
    snapshotOf(
      ledgerWorkspace({
        mergeRules: [mergeRule],
        traits: [EVERYBODY, SYNCED, SITE],
        folders: [FOLDER],
        segments: SEGMENTS,
        ...changes,
      }),
    ),
  );
}

const DEVICE_RULE = { crossDevice: "NONE", device: "DEVICE" };

describe("traits that nobody realizes", () => {
  it("are held by every device, by those with a live link to a source, and through folders", () => {
    const ledger = ledgerOf(DEVICE_RULE);
    assert.deepEqual(ledger.call({ device: 1, now: NOW }).segments, [10, 13]);
    const john = [[100, "john", 0]] as const;
    assert.deepEqual(ledger.call({ device: 1, ids: john, now: NOW }).segments, [10, 11]);
    const cookie = [[50, "cookie", 0]] as const;
    const both = ledger.call({ device: 1, ids: cookie, now: NOW }).segments;
    assert.deepEqual(both, [10, 11, 12, 14]);
    assert.deepEqual(ledger.call({ device: 1, now: NOW }).segments, both);
    assert.deepEqual(ledger.profileOf(deviceKey(1)).traits, []);
  });

  it("are held by the ID linked, and by no customer ID as a device", () => {
    const ledger = ledgerOf({ crossDevice: "CURRENT", device: "NO_DEVICE", dataSourceIds: [100] });
    const john = [[100, "john", 1]] as const;
    assert.deepEqual(ledger.call({ device: 1, ids: john, now: NOW }).segments, [11]);
  });

  it("are held for other devices too, as long as each of them lives", () => {
    const graph = { crossDevice: "NONE", device: "EXTERNAL", deviceGraphDataSourceId: 900 };
    const ledger = ledgerOf(graph);
    ledger.clusters = [[1, 2]];
    ledger.call({ device: 2, ids: [[50, "cookie", 0]], now: NOW - 120 * DAY_MS });
    assert.deepEqual(ledger.call({ device: 1, now: NOW }).segments, [10, 12, 13, 14]);
    const later = ledger.call({ device: 1, now: NOW + DAY_MS });
    assert.deepEqual(
      [later.segments, later.lost],
      [
        [10, 13],
        [12, 14],
      ],
    );
  });

  it("end with a link that its device's calls did not keep alive", () => {
    const ledger = ledgerOf(DEVICE_RULE);
    ledger.call({ device: 1, ids: [[100, "john", 0]], now: NOW });
    const kept = NOW + 100 * DAY_MS;
    assert.deepEqual(ledger.call({ device: 1, now: kept }).segments, [10, 11]);
    assert.deepEqual(ledger.call({ device: 1, now: kept + 120 * DAY_MS }).segments, [10, 11]);
    assert.deepEqual(ledger.call({ device: 1, now: kept + 241 * DAY_MS }).segments, [10, 13]);
  });

  it("are nobody's while inactive, and what was stored of them as other traits does not count", () => {
    const inactive = [EVERYBODY, { ...SYNCED, status: "INACTIVE" }, SITE];
    const ledger = ledgerOf(DEVICE_RULE, { traits: inactive });
    const john = [[100, "john", 0]] as const;
    assert.deepEqual(ledger.call({ device: 1, ids: john, now: NOW }).segments, [10, 13]);
    const other = ledgerOf(DEVICE_RULE);
    other.profiles.set(keyText(deviceKey(1)), profileOf({ 71: [[NOW, 1]] }));
    assert.deepEqual(other.call({ device: 1, now: NOW }).segments, [10, 13]);
  });

  it("cost nothing where no active segment depends on them", () => {
    const { partner } = ledgerOf(DEVICE_RULE, { segments: [{ sid: 10, segmentRule: "1T" }] });
    assert.equal(partner.mergeNeeds.computedTraits, null);
    assert.equal(needsIdentity(partner), false);
    assert.equal(needsIdentity(ledgerOf(DEVICE_RULE).partner), true);
  });
});

describe("an answer that rests on computed traits", () => {
  it("says when it changes by itself: with the device or the link, in both indexes", () => {
    const ledger = ledgerOf(DEVICE_RULE);
    const john = [[100, "john", 0]] as const;
    ledger.call({ device: 1, ids: john, now: NOW - 9 * DAY_MS });
    const { partner } = ledger;
    const key = { kind: "device", device: numberedDevice(1) } as const;
    const identity = ledger.identityOf(key);
    const [group] = partner.segmentGroups;
    const traits = partner.mergeNeeds.computedTraits;
    assert.ok(group && traits);

    for (const [known, expected] of [
      [identity, [10, 11]],
      [UNKNOWN_IDENTITY, [10, 13]],
    ] as const) {
      const visit = { partner, device: key.device, ids: [], identity: known, now: NOW };
      const plan = planReads(visit);
      assert.ok(plan.kind === "whole");
      const [write] = planWrites(visit, []);
      assert.ok(write);
      const profile = applyDelta(ledger.profileOf(deviceKey(1)), write.delta);
      const held = computedHoldings(visit, plan, [profile], { places: [0], traits });
      const merged = withComputedTraits(profile, traits.sids, held);
      const answer: Qualified = group.index.qualified(merged, NOW);
      assert.deepEqual(answer.segments, expected);
      const end = Math.floor(NOW / DAY_MS + 121) * DAY_MS;
      assert.equal(answer.changesAt, end);
      assert.notDeepEqual(group.index.qualified(merged, end).segments, expected);
    }
  });

  it("needs no special case in the index or its slow twin", () => {
    const lookup: TraitLookup = (sid) => ({
      kind: sid === 71 ? "computed" : "base",
      allowsFrequency: sid !== 71,
      thirdParty: false,
      ttlDays: 120,
      members: [],
    });
    const segments = ["71T", "71T AND 1T", "1T AND NOT 71T"].map((text, at) => {
      const rule = parseSegmentRule(text);
      assert.ok(rule.ok);
      return { sid: asSegmentId(at + 1), rule: rule.value };
    });
    const stored = profileOf({ 1: [[NOW, 1]] });
    const sid = asTraitId(71);
    const merged = withComputedTraits(stored, new Set([sid]), new Map([[sid, NOW - 60 * DAY_MS]]));
    const answer = buildSegmentIndex(segments, lookup).qualified(merged, NOW);
    assert.deepEqual(answer, buildSlowSegmentIndex(segments, lookup).qualified(merged, NOW));
    assert.deepEqual(answer.segments, [1, 2]);
  });

  it("is told to the devices that are read, the declared IDs among them", () => {
    const ledger = ledgerOf({ crossDevice: "LAST", device: "PROFILE_LINK", dataSourceIds: [100] });
    for (const device of [1, 2]) ledger.call({ device, ids: [[100, "john", 1]], now: NOW });
    ledger.call({ device: 1, now: NOW + 1 });
    for (const key of [deviceKey(1), deviceKey(2), declaredKeyOf(100, "john")]) {
      assert.deepEqual(
        ledger.profileOf(key).membership.map(({ sid }) => sid),
        [10, 11],
      );
    }
  });
});
