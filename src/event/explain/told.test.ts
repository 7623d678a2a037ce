import assert from "node:assert/strict";
import { test } from "node:test";
import { DESTINATIONS_WORKSPACE } from "../../../test/support/destinations-workspace.ts";
import { buildWorld, callOf, type TestWorld } from "../../../test/support/event-world.ts";
import { UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { asPartnerId, asSegmentId, parseDeviceId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import { handleEvent } from "../handle-event.ts";
import { type EvaluatedSegment, explainSegment, toldDestinations } from "./explain.ts";

const device = parseDeviceId("22920112968019678612904394744954398990");
assert.ok(device);
const HOUR_MS = 3_600_000;
const PID = asPartnerId(1957);

/** The cookie may be told every two hours, the pixel once a day. */
function cappedWorld(): TestWorld {
  const destinations = DESTINATIONS_WORKSPACE.destinations.map((one) =>
    one.destinationType === "ADS" ? { ...one, minIntervalSeconds: 7200 } : { ...one, maxPerDay: 1 },
  );
  return buildWorld({ ...DESTINATIONS_WORKSPACE, destinations });
}

function partnerOf(world: TestWorld) {
  const partner = world.catalog().partnersById.get(PID);
  assert.ok(partner);
  return partner;
}

async function call(world: TestWorld): Promise<void> {
  const target = `/event?d_rtbd=json&d_dst=1&d_ptfm=browser&color=blue&d_uuid=${device}`;
  await handleEvent(world, callOf(target));
}

async function profileOf(world: TestWorld): Promise<Profile> {
  assert.ok(device);
  const [profile] = await world.store.load([{ kind: "device", pid: PID, device }]);
  assert.ok(profile);
  return profile;
}

async function explain(world: TestWorld, now = world.nowMs): Promise<EvaluatedSegment> {
  assert.ok(device);
  const visit = { partner: partnerOf(world), device, ids: [], identity: UNKNOWN_IDENTITY, now };
  const proof = await explainSegment(world.store, visit, asSegmentId(9001));
  assert.ok(proof?.kind === "evaluated");
  return proof;
}

test("a member hears which destinations their caps hold back, until when and since which telling", async () => {
  const world = cappedWorld();
  await call(world);
  const noon = world.nowMs;
  const { member, heldBack, summary } = await explain(world);
  assert.equal(member, true);
  const told = { last: noon, today: 1 };
  const pixel = { destinationId: 7001, ...told, heldBackUntil: noon + 12 * HOUR_MS };
  const cookie = { destinationId: 8001, ...told, heldBackUntil: noon + 2 * HOUR_MS };
  assert.deepEqual(heldBack, [pixel, cookie]);
  assert.deepEqual(summary.slice(-2), [
    "Its caps hold destination 7001 back until 2026-01-02: told last at 2026-01-01 12:00 UTC, once today.",
    "Its caps hold destination 8001 back until 2026-01-01 14:00 UTC: told last at 2026-01-01 12:00 UTC, once today.",
  ]);
});

test("what is held back at another time is what was told until then", async () => {
  const world = cappedWorld();
  await call(world);
  const noon = world.nowMs;
  world.nowMs += 2 * HOUR_MS;
  await call(world);
  // The cookie was told again since; the pixel was not.
  const before = await explain(world, noon + HOUR_MS);
  assert.deepEqual(
    before.heldBack.map(({ destinationId }) => destinationId),
    [7001],
  );
  const tomorrow = await explain(world, noon + 12 * HOUR_MS);
  assert.deepEqual(tomorrow.heldBack, []);
});

test("nobody is held back from what they are in no segment for", async () => {
  const world = cappedWorld();
  await call(world);
  const later = await explain(world, world.nowMs + 130 * 24 * HOUR_MS);
  assert.deepEqual([later.member, later.heldBack], [false, []]);
});

test("what a profile was told is listed as long as it counts, for destinations that have caps still", async () => {
  const world = cappedWorld();
  await call(world);
  const profile = await profileOf(world);
  const noon = world.nowMs;
  const at = (now: number, of = world) =>
    toldDestinations(partnerOf(of), profile, now).map(({ destinationId, today, heldBackUntil }) => [
      ...[destinationId, today, heldBackUntil === null],
    ]);
  assert.deepEqual(at(noon + 2 * HOUR_MS), [
    [7001, 1, false],
    [8001, 1, true],
  ]);
  assert.deepEqual(at(noon + 12 * HOUR_MS), []);
  assert.deepEqual(at(noon, buildWorld(DESTINATIONS_WORKSPACE)), []);
});
