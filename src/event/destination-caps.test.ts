// Caps of destinations in calls: what was answered counts, and nothing else does.

import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import cases from "../../cases/destination-caps.json" with { type: "json" };
import { DESTINATIONS_WORKSPACE } from "../../test/support/destinations-workspace.ts";
import { buildWorld, callOf, type TestWorld, withStore } from "../../test/support/event-world.ts";
import { asPartnerId, parseDeviceId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import { handleEvent } from "./handle-event.ts";
import type { RawCall } from "./parse/raw-call.ts";

const DEVICE = "22920112968019678612904394744954398990";
const OTHER = "41234567890123456780765432109876543210";
const NOON = Date.UTC(2026, 0, 1, 12);

/** The pixel and the cookie with these caps. */
function worldWith(caps: object): TestWorld {
  const destinations = DESTINATIONS_WORKSPACE.destinations.map((one) => ({ ...one, ...caps }));
  const world = buildWorld({ ...DESTINATIONS_WORKSPACE, destinations });
  world.nowMs = NOON;
  return world;
}

const ASKING = `/event?d_rtbd=json&color=blue&d_uuid=${DEVICE}`;

/** What an answer tells the page: the pixel, the cookie. */
async function tells(
  world: TestWorld,
  query = "&d_dst=1&d_ptfm=browser",
  changes: Partial<RawCall> = {},
): Promise<readonly [number, number]> {
  const reply = await handleEvent(world, callOf(ASKING + query, changes));
  const { dests = [], stuff = [] } = JSON.parse(reply.body);
  return [dests.length, stuff.length];
}

async function profileOf(world: TestWorld): Promise<Profile | undefined> {
  const device = parseDeviceId(DEVICE);
  assert.ok(device);
  const [profile] = await world.store.load([{ kind: "device", pid: asPartnerId(1957), device }]);
  return profile;
}

describe("the cases of caps, call by call", () => {
  for (const { id, why, caps, calls } of cases) {
    it(`${id}: ${why}`, async () => {
      const world = worldWith(caps);
      for (const [time, expected] of calls as [string, boolean][]) {
        world.nowMs = Date.parse(time);
        const told = expected ? [1, 1] : [0, 0];
        assert.deepEqual(await tells(world), told, time);
      }
    });
  }
});

test("each device has its own count, and each destination", async () => {
  const world = worldWith({ maxPerDay: 1 });
  // Without d_dst the page is told of the cookie alone.
  assert.deepEqual(await tells(world, ""), [0, 1]);
  assert.deepEqual(await tells(world), [1, 0]);
  assert.deepEqual(await tells(world), [0, 0]);
  const target = `/event?d_rtbd=json&d_dst=1&d_ptfm=browser&color=blue&d_uuid=${OTHER}`;
  assert.equal(JSON.parse((await handleEvent(world, callOf(target))).body).dests.length, 1);
});

test("an answer that tells no page of destinations does not count", async () => {
  const world = worldWith({ maxPerDay: 1 });
  const target = `/event?d_dst=1&color=blue&d_uuid=${DEVICE}`;
  await handleEvent(world, callOf(target));
  const away = encodeURIComponent("https://shop.example/");
  await handleEvent(world, callOf(`${target}&d_rtbd=json&d_event=click&d_rd=${away}`));
  await handleEvent(world, callOf(`${ASKING}&d_dst=1`, { method: "HEAD" }));
  assert.deepEqual(await tells(world), [1, 1]);
});

test("what could not be stored was not told, and does not count", async () => {
  const world = worldWith({ maxPerDay: 1 });
  let fails = true;
  const commitVisit: VisitorStore["commitVisit"] = (visit) =>
    fails ? Promise.reject(new Error("disk full")) : world.store.commitVisit(visit);
  const failing = withStore(world, { commitVisit });
  await assert.rejects(tells(failing), /disk full/);
  fails = false;
  assert.deepEqual(await tells(failing), [1, 1]);
  assert.deepEqual(await tells(failing), [0, 0]);
});

test("a destination with caps is held back where the profile cannot be read", async () => {
  const world = worldWith({ maxPerDay: 9 });
  const load = () => Promise.reject(new Error("timed out"));
  assert.deepEqual(await tells(withStore(world, { load })), [0, 0]);
  assert.deepEqual(await tells(world), [1, 1]);
});

test("two calls at once that had both looked before count twice", async () => {
  const world = worldWith({ maxPerDay: 3 });
  const both = await Promise.all([tells(world), tells(world)]);
  assert.deepEqual(both.flat(), [1, 1, 1, 1]);
  assert.deepEqual(await tells(world), [1, 1]);
  assert.deepEqual(await tells(world), [0, 0]);
});

test("without caps nothing is kept, and caps that were taken away hold nothing back", async () => {
  const world = worldWith({});
  await tells(world);
  assert.equal("tellings" in ((await profileOf(world)) ?? {}), false);

  const capped = worldWith({ maxPerDay: 1 });
  await tells(capped);
  const freed = { ...capped, catalog: worldWith({}).catalog };
  assert.deepEqual(await tells(freed), [1, 1]);
});

test("what was kept goes with the day on which a cap asks for it", async () => {
  const world = worldWith({ maxPerDay: 1 });
  await tells(world);
  assert.deepEqual((await profileOf(world))?.tellings?.length, 2);
  world.nowMs = NOON + 12 * 3_600_000;
  await tells(world, "");
  assert.deepEqual(
    (await profileOf(world))?.tellings?.map(({ last }) => last),
    [world.nowMs],
  );
});
