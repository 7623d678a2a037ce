import assert from "node:assert/strict";
import { test } from "node:test";
import { snapshotOf } from "../../../test/support/event-world.ts";
import { type Random, seededRandom } from "../../../test/support/random.ts";
import { randomRuleText } from "../../../test/support/random-segment-rules.ts";
import { numberedDevice } from "../../../test/support/store-deltas.ts";
import { deviceKey, ledgerWorkspace, VisitLedger } from "../../../test/support/visit-ledger.ts";
import { readWorkspace } from "../../catalog/read-workspace.ts";
import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import { applyDelta } from "../../model/apply-delta.ts";
import { UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { asTraitId } from "../../model/ids.ts";
import { latestOrder, type Profile } from "../../model/profile.ts";
import { DAY_MS } from "../../model/time.ts";
import { planWrites } from "./qualify.ts";

const TRAITS = 9;
const START = Date.UTC(2026, 0, 1, 12);

const RULES = [
  { crossDevice: "NONE", device: "DEVICE" },
  { crossDevice: "CURRENT", device: "NO_DEVICE", dataSourceIds: [100] },
  { crossDevice: "LAST", device: "PROFILE_LINK", dataSourceIds: [100] },
  { crossDevice: "ALL", device: "NA", dataSourceIds: [100] },
];

test("for one device and no IDs the answer is that of its own profile, whatever the rules", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const ledger = new VisitLedger(snapshotOf(randomWorkspace(random)));
    let expected: Profile = ledger.profileOf(deviceKey(1));
    let now = START;
    for (let calls = 0; calls < 12; calls++) {
      now += random.pick([0, 1000, DAY_MS, 9 * DAY_MS, 130 * DAY_MS]);
      if (random.chance(0.2))
        ledger.partner = new VisitLedger(snapshotOf(randomWorkspace(random))).partner;
      const traits = [4, 5, 6, 7, 8, 9].filter(() => random.chance(0.3));
      const answer = ledger.call({ device: 1, traits, now });

      const slow = deviceAlone(ledger.partner, expected, traits, now);
      expected = slow.profile;
      assert.equal(answer.rounds, 0);
      assert.deepEqual(answer.segments, slow.segments, `seed ${seed}`);
      assert.deepEqual(answer.lost, slow.lost, `seed ${seed}`);
      assert.deepEqual(ledger.profileOf(deviceKey(1)), expected, `seed ${seed}`);
    }
  }
});

/** Some of twelve segments, each under one of the rules, some of them paused. */
function randomWorkspace(random: Random): Record<string, unknown> {
  const traits = Array.from({ length: TRAITS - 3 }, (_, at) => ({
    sid: at + 4,
    name: `Trait ${at + 4}`,
    ttl: random.pick([1, 5, 120]),
  }));
  const workspace = (segments: readonly object[]) =>
    ledgerWorkspace({ mergeRules: RULES, traits, segments });
  const segments = [];
  for (let sid = 20; sid < 32; sid++) {
    const status = random.chance(0.2) ? "INACTIVE" : "ACTIVE";
    const mergeRuleId = random.pick([1, 1, 2, 3, 4]);
    const segment = { sid, segmentRule: randomRuleText(random, TRAITS, 2), mergeRuleId, status };
    // Some rules hold on an empty profile, which no workspace allows.
    if (random.chance(0.8) && readWorkspace(workspace([segment])).ok) segments.push(segment);
  }
  return workspace(segments);
}

/** What a server that knows of devices only would do. */
function deviceAlone(
  partner: PartnerCatalog,
  stored: Profile,
  traits: readonly number[],
  now: number,
) {
  const device = numberedDevice(1);
  const visit = { partner, device, ids: [], identity: UNKNOWN_IDENTITY, now };
  const [write] = planWrites(visit, traits.map(asTraitId));
  assert.ok(write);
  const profile = applyDelta(stored, write.delta);
  const evaluated = partner.segmentGroups.filter(({ mergeRule }) =>
    ["DEVICE", "PROFILE_LINK"].includes(mergeRule.device),
  );
  const segments = evaluated
    .flatMap(({ index }) => index.qualified(profile, now).segments)
    .sort((a, b) => a - b);
  const before = profile.membership.map(({ sid }) => sid);
  const gained = segments.filter((sid) => !before.includes(sid));
  const lost = before.filter((sid) => {
    if (segments.includes(sid) || partner.pausedSegments.has(sid)) return false;
    const rule = partner.segments.get(sid)?.mergeRule;
    return rule === undefined || evaluated.some(({ mergeRule }) => mergeRule === rule);
  });
  const delta = { ...write.delta, gained, lost, seenOrder: latestOrder(profile) };
  return { segments, lost, profile: applyDelta(stored, delta) };
}
