import assert from "node:assert/strict";
import { describe, it } from "node:test";
import cases from "../../cases/destination-caps.json" with { type: "json" };
import { deltaOf } from "../../test/support/store-deltas.ts";
import { applyDelta } from "../model/apply-delta.ts";
import { asDestinationId, asSegmentId } from "../model/ids.ts";
import { EMPTY_PROFILE } from "../model/profile.ts";
import { type DestinationCall, indexDestinations, planDestinations } from "./plan.ts";
import { aCall, aCookieDestination, aMapping, aUrlDestination, SITES } from "./test-builders.ts";

function plan(
  destinations: Parameters<typeof indexDestinations>[0],
  call: Partial<DestinationCall> = {},
) {
  return planDestinations(indexDestinations(destinations, SITES), aCall(call));
}

const PIXEL = asDestinationId(1);
const mappings = [aMapping({ url: "https://p/1", valueAlias: "1" })];
const NOW = aCall().now;
/** The profile of a device that was just told. */
const TOLD = applyDelta(
  EMPTY_PROFILE,
  deltaOf({ at: NOW, told: [{ destinationId: PIXEL, forSeconds: 60 }] }),
);

describe("the cases of caps", () => {
  for (const { id, why, caps, calls } of cases) {
    it(`${id}: ${why}`, () => {
      const destination = aUrlDestination({ ...caps, mappings });
      let profile = EMPTY_PROFILE;
      for (const [time, expected] of calls as [string, boolean][]) {
        const now = Date.parse(time);
        const toldBefore = applyDelta(profile, deltaOf({ at: now }));
        const { dests, told = [] } = plan([destination], { now, toldBefore });
        assert.equal(dests.length === 1, expected, time);
        profile = applyDelta(profile, deltaOf({ at: now, told }));
      }
    });
  }
});

describe("a destination with caps", () => {
  const interval = aUrlDestination({ minIntervalSeconds: 60, mappings });

  it("says what is to be stored of it, and another one nothing", () => {
    const daily = aUrlDestination({ destinationId: 2, maxPerDay: 1, mappings });
    const free = aUrlDestination({ destinationId: 3, mappings });
    const { dests, told } = plan([daily, free, interval]);
    assert.equal(dests.length, 3);
    assert.deepEqual(told, [
      { destinationId: 1, forSeconds: 60 },
      { destinationId: 2, forSeconds: 0 },
    ]);
    assert.deepEqual(Object.keys(plan([free])), ["stuff", "dests"]);
  });

  it("is held back alone, and counted", () => {
    const free = aUrlDestination({ destinationId: 3, mappings });
    const { dests, told, heldBackCount } = plan([interval, free], { toldBefore: TOLD });
    assert.deepEqual(
      dests.map(({ id }) => id),
      ["3-1"],
    );
    assert.equal(told, undefined);
    assert.equal(heldBackCount, 1);
  });

  it("is held back where nobody can say how often it was told", () => {
    assert.deepEqual(plan([interval], { toldBefore: null }).dests, []);
  });

  it("is neither told nor held back where it has nothing to say", () => {
    for (const call of [{ segments: [] }, { wantsUrls: false }, { platform: "ios" as const }]) {
      const browser = aUrlDestination({ minIntervalSeconds: 60, platform: "BROWSER", mappings });
      const { told, heldBackCount } = plan([browser], { ...call, toldBefore: TOLD });
      assert.deepEqual([told, heldBackCount], [undefined, undefined]);
    }
  });

  it("counts as told once, however many URLs it has in an answer", () => {
    const several = [101, 102].map((sid) => aMapping({ mappingId: sid, sid, url: "https://p/" }));
    const destination = aUrlDestination({ maxPerDay: 1, mappings: several });
    const { dests, told } = plan([destination]);
    assert.equal(dests.length, 2);
    assert.equal(told?.length, 1);
  });

  it("may be a cookie, whose end no cap holds back", () => {
    const keys = { maxPerDay: 1, clearOnDisqualify: true, cnameDomain: ".sports.com", mappings };
    const cookie = aCookieDestination(keys);
    assert.equal(plan([cookie]).told?.length, 1);
    assert.deepEqual(plan([cookie], { toldBefore: TOLD }).stuff, []);
    const left = { segments: [], lost: [asSegmentId(101)], toldBefore: TOLD };
    const { stuff, told } = plan([cookie], left);
    assert.deepEqual(stuff, [{ cn: "adobe", cv: "0", ttl: -1, dmn: ".sports.com" }]);
    assert.equal(told, undefined);
  });
});
