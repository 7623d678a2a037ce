// Opt-outs that are answered while other calls are under way: whatever those had read before, nothing of
// them may undo what the visitor was told.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildWorld, callOf, type TestWorld } from "../../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../../test/support/protocol-vectors.ts";
import { GatedStore, type Step } from "../../../test/support/visit-gated-store.ts";
import { declaredIdentity, deviceIdentity } from "../../model/identity-key.ts";
import { asDataSourceId, asPartnerId, parseDeviceId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import { handleEvent } from "../handle-event.ts";
import { handleId } from "../id-service/handle-id.ts";
import { handleSync } from "../id-sync/handle-sync.ts";
import type { EventReply } from "../reply.ts";
import { handleOptOut } from "./handle-opt-out.ts";

const PID = asPartnerId(1957);
const FIRST = "22920112968019678612904394744954398990";
const SECOND = "00000000000000000010000000000000000002";
const JANE = declaredIdentity({ dataSourceId: asDataSourceId(1001), id: "jane" });
const JANES: ProfileKey = { kind: "declared", dataSourceId: asDataSourceId(1001), id: "jane" };

/** The last person's traits count on every device. */
const WORKSPACE = {
  ...PROTOCOL_WORKSPACE,
  mergeRules: [
    { mergeRuleId: 1, pid: 1957, name: "Device", crossDevice: "NONE", device: "DEVICE" },
    {
      ...{ mergeRuleId: 2, pid: 1957, name: "Last", crossDevice: "LAST", device: "DEVICE" },
      dataSourceIds: [1001],
    },
    {
      ...{ mergeRuleId: 3, pid: 1957, name: "Link", crossDevice: "LAST", device: "PROFILE_LINK" },
      dataSourceIds: [1001],
    },
  ],
  segments: [1, 2, 3].map((mergeRuleId) => ({
    ...{ sid: 9000 + mergeRuleId, pid: 1957, dataSourceId: 1002, name: `S${mergeRuleId}` },
    ...{ segmentRule: "5001T", mergeRuleId },
  })),
};

function gatedWorld(): { readonly world: TestWorld; readonly store: GatedStore } {
  const store = new GatedStore();
  return { world: buildWorld(WORKSPACE, { store }), store };
}

function event(world: TestWorld, query: string): Promise<EventReply> {
  return handleEvent(world, callOf(`/event?d_rtbd=json&${query}`));
}

function optOut(world: TestWorld, query: string): Promise<EventReply> {
  return handleOptOut(world, callOf(`/demoptout?${query}`), "opt-out");
}

function deviceProfile(text: string): ProfileKey {
  const device = parseDeviceId(text);
  invariant(device !== null, "a device of the tests");
  return { kind: "device", pid: PID, device };
}

async function segmentsOf(store: GatedStore, key: ProfileKey): Promise<number[]> {
  const [profile] = await store.load([key]);
  return (profile?.membership ?? []).map(({ sid }) => sid);
}

/** Lets a call begin, opts somebody out once it waits at a step, and lets it go on. */
async function overtaken(
  { world, store }: ReturnType<typeof gatedWorld>,
  step: Step,
  begin: () => Promise<EventReply>,
  optOutQuery: string,
): Promise<EventReply> {
  const gate = store.hold(step);
  const begun = begin();
  await gate.reached;
  const answer = await optOut(world, optOutQuery);
  assert.deepEqual(codesOf(answer), [171]);
  store.stored.length = 0;
  gate.open();
  return begun;
}

function codesOf({ errors }: EventReply): number[] {
  return errors.map(({ code }) => code);
}

const STEPS: readonly Step[] = ["load", "loadIdentities", "commitVisit"];

describe("a call that an opt-out overtakes is answered with 171 and stores nothing", () => {
  for (const step of STEPS) {
    test(`an event of the device, held before ${step}`, async () => {
      const gated = gatedWorld();
      const query = `d_uuid=${FIRST}&key1=val1`;
      const answer = await overtaken(
        gated,
        step,
        () => event(gated.world, query),
        `d_uuid=${FIRST}`,
      );
      assert.deepEqual(codesOf(answer), [171]);
      assert.doesNotMatch(answer.body, /uuid"/);
      assert.deepEqual(answer.cookies, []);
      assert.deepEqual(gated.store.stored, []);
      assert.deepEqual(await segmentsOf(gated.store, deviceProfile(FIRST)), []);
    });

    test(`a login of the customer on another device, held before ${step}`, async () => {
      const gated = gatedWorld();
      const query = `d_uuid=${SECOND}&key1=val1&d_cid=1001%01jane%011`;
      const answer = await overtaken(
        gated,
        step,
        () => event(gated.world, query),
        `d_uuid=${FIRST}&d_cid=1001%01jane`,
      );
      assert.deepEqual(codesOf(answer), [171]);
      assert.deepEqual(gated.store.stored, []);
      const [jane] = await gated.store.loadIdentities([JANE]);
      assert.deepEqual(jane?.links, []);
    });
  }

  test("a visitor ID with the customer's ID: no link, and no cookie", async () => {
    const gated = gatedWorld();
    const answer = await overtaken(
      gated,
      "commitVisit",
      () => handleId(gated.world, callOf("/id?d_cid=1001%01jane%011")),
      `d_uuid=${FIRST}&d_cid=1001%01jane`,
    );
    assert.deepEqual(codesOf(answer), [171]);
    assert.deepEqual([answer.cookies, gated.store.stored], [[], []]);
    assert.match(answer.body, /"d_mid":"[0-9]{38}"/);
    assert.match(answer.body, /"ibs":\[\]/);
    assert.doesNotMatch(answer.body, /error_msg|d_optout|null/);
  });

  test("an ID sync: no link, no cookie, no redirect", async () => {
    const gated = gatedWorld();
    const target = `/ibs:dpid=1001&dpuuid=jane&d_uuid=${SECOND}&redir=https%3A%2F%2Fa.example`;
    const answer = await overtaken(
      gated,
      "commitVisit",
      () => handleSync(gated.world, callOf(target)),
      `d_uuid=${FIRST}&d_cid=1001%01jane`,
    );
    assert.deepEqual([answer.status, codesOf(answer)], [200, [171]]);
    assert.deepEqual([answer.cookies, gated.store.stored], [[], []]);
  });
});

describe("membership is gone", () => {
  test("of a segment that was joined while the opt-out was under way", async () => {
    const { world, store } = gatedWorld();
    const gate = store.hold("commitVisit");
    const optingOut = optOut(world, `d_uuid=${FIRST}`);
    await gate.reached;
    await event(world, `d_uuid=${FIRST}&key1=val1`);
    assert.deepEqual(await segmentsOf(store, deviceProfile(FIRST)), [9001, 9002, 9003]);
    gate.open();
    await optingOut;
    assert.deepEqual(await segmentsOf(store, deviceProfile(FIRST)), []);
  });

  test("of a customer, though a device where she was last logged in is being merged with her", async () => {
    const gated = gatedWorld();
    const { world, store } = gated;
    await event(world, `d_uuid=${SECOND}&d_cid=1001%01jane%011`);
    assert.deepEqual(await segmentsOf(store, JANES), []);
    const answer = await overtaken(
      gated,
      "commitVisit",
      () => event(world, `d_uuid=${SECOND}&key1=val1&d_cts=2`),
      `d_uuid=${FIRST}&d_cid=1001%01jane`,
    );
    // The device itself has not opted out: it is served, without her.
    assert.deepEqual(codesOf(answer), []);
    assert.deepEqual(await segmentsOf(store, JANES), []);
    assert.deepEqual(await segmentsOf(store, deviceProfile(SECOND)), [9001, 9002, 9003]);
    assert.deepEqual(await countsOf(store, deviceProfile(SECOND)), [1]);
  });

  test("of a device, though its owner is on another one", async () => {
    const gated = gatedWorld();
    const { world, store } = gated;
    await event(world, `d_uuid=${FIRST}&d_cid=1001%01jane%011`);
    world.nowMs += 1000;
    await overtaken(
      gated,
      "commitVisit",
      () => event(world, `d_uuid=${SECOND}&key1=val1&d_cid=1001%01jane%011`),
      `d_uuid=${FIRST}`,
    );
    assert.deepEqual(await segmentsOf(store, deviceProfile(FIRST)), []);
    assert.deepEqual(await segmentsOf(store, deviceProfile(SECOND)), [9002, 9003]);
  });

  test("and does not come back with a merge, a login or an ID sync afterwards", async () => {
    const { world, store } = gatedWorld();
    await event(world, `d_uuid=${FIRST}&key1=val1&d_cid=1001%01jane%011`);
    await optOut(world, `d_uuid=${SECOND}&d_cid=1001%01jane`);
    for (const query of [
      `d_uuid=${FIRST}&key1=val1`,
      `d_uuid=${FIRST}&d_cid=1004%01other%011`,
      `d_uuid=${SECOND}`,
      "d_cid=1001%01jane%011&key1=val1",
    ]) {
      await event(world, query);
    }
    await handleSync(world, callOf(`/ibs:dpid=1001&dpuuid=jane&d_uuid=${FIRST}`));
    assert.deepEqual(await segmentsOf(store, JANES), []);
    assert.deepEqual(await segmentsOf(store, deviceProfile(SECOND)), []);
    const [device] = await store.loadIdentities([deviceIdentity(deviceOf(SECOND))]);
    assert.deepEqual(
      device?.optOuts.map(({ reason }) => reason),
      ["request"],
    );
  });
});

describe("an opt-out by refusal", () => {
  test("means a customer's last device too, though it was long ago that the two were linked", async () => {
    const store = new GatedStore();
    const partners = PROTOCOL_WORKSPACE.partners.map((one) => ({ ...one, tcf: true }));
    const world = buildWorld({ ...WORKSPACE, partners }, { store });
    await event(world, `d_uuid=${FIRST}&d_cid=1001%01jane%011`);
    for (const _month of [1, 2, 3, 4, 5]) {
      world.nowMs += 30 * 86_400_000;
      await event(world, `d_uuid=${FIRST}`);
    }
    assert.deepEqual(codesOf(await event(world, `d_cid=1001%01jane&${REFUSED}`)), [315]);
    assert.deepEqual(codesOf(await event(world, `d_uuid=${FIRST}`)), [171]);
  });

  const REFUSED = "gdpr=1&gdpr_consent=CP1R2oAP1R2oAAHABBENDIEgAAAAAAAAAAqIAAAAAAAA";

  test("is not taken back by an opt-out by request and an opt-in after it", async () => {
    const store = new GatedStore();
    const partners = PROTOCOL_WORKSPACE.partners.map((one) => ({ ...one, tcf: true }));
    const world = buildWorld({ ...WORKSPACE, partners }, { store });
    const refusal = await event(world, `d_uuid=${FIRST}&${REFUSED}`);
    assert.deepEqual(codesOf(refusal), [315]);
    await optOut(world, `d_uuid=${FIRST}`);
    await handleOptOut(world, callOf(`/demoptin?d_uuid=${FIRST}`), "opt-in");
    assert.deepEqual(codesOf(await event(world, `d_uuid=${FIRST}`)), [171]);
  });
});

function deviceOf(text: string) {
  const device = parseDeviceId(text);
  invariant(device !== null, "a device of the tests");
  return device;
}

async function countsOf(store: GatedStore, key: ProfileKey): Promise<number[]> {
  const [profile] = await store.load([key]);
  return (profile?.traits ?? []).map(({ days }) => days[1] ?? 0);
}
