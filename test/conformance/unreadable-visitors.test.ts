// Errors 200 to 203: what else is known of a visitor cannot be read.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProfileKey } from "../../src/profiles/store.ts";
import { type TestWorld, withStore } from "../support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { DEVICE, OTHER_DEVICE, wire, wireWorld } from "./wire-calls.ts";

const EVENT = "/event?d_rtbd=json&d_cts=2";
const GRAPH = 1007;

function worldOf(mergeRule: object): TestWorld {
  // The vectors' file has more lists than its readers name.
  const { dataSources } = PROTOCOL_WORKSPACE as unknown as { dataSources: readonly object[] };
  const owner = { pid: 1957, name: "A rule" };
  return wireWorld({
    more: {
      mergeRules: [{ mergeRuleId: 1, ...owner, default: true, ...mergeRule }],
      dataSources: [
        ...dataSources.map((one) =>
          "dataSourceId" in one && one.dataSourceId === 1001
            ? { ...one, authenticatedProfile: true }
            : one,
        ),
        { dataSourceId: GRAPH, ...owner, idType: "CROSS_DEVICE", deviceGraph: true },
      ],
    },
  });
}

/** The world with a store of which a question fails: the one of this number for identities, or clusters. */
function failing(world: TestWorld, question: number | "clusters"): TestWorld {
  const { store } = world;
  const fault = new Error("timed out");
  let asked = 0;
  return withStore(world, {
    loadIdentities: (keys) =>
      typeof question === "number" && ++asked >= question
        ? Promise.reject(fault)
        : store.loadIdentities(keys),
    graphs: {
      replace: (...graph) => store.graphs.replace(...graph),
      clusterOf: (...key) =>
        question === "clusters" ? Promise.reject(fault) : store.graphs.clusterOf(...key),
    },
  });
}

const LINKED = { crossDevice: "LAST", device: "PROFILE_LINK", dataSourceIds: [1001] };
const EXTERNAL = { crossDevice: "NONE", device: "EXTERNAL", deviceGraphDataSourceId: GRAPH };

for (const [code, what, mergeRule, question] of [
  [201, "the devices of a customer", LINKED, 2],
  [202, "who was last logged in on another device", LINKED, 3],
  [203, "the cluster of the device", EXTERNAL, "clusters"],
] as const) {
  test(`${code}: ${what} cannot be read, and the rest of the answer stands`, async () => {
    const world = worldOf(mergeRule);
    for (const device of [OTHER_DEVICE, DEVICE]) {
      await wire(world, `${EVENT}&d_uuid=${device}&d_cid=1001%01u1%011`);
    }
    const asked = `${EVENT}&key1=val1&d_uuid=${DEVICE}`;
    const { body, codes } = await wire(failing(world, question), asked);
    assert.match(codes, new RegExp(`^${code}(,${code})*$`));
    assert.deepEqual([body["uuid"], body["traits"]], [DEVICE, [5001]]);
  });
}

/** The world with a store that cannot read what belongs to one device: its server is gone. */
function withoutServerOf(world: TestWorld, gone: string): TestWorld {
  const { store } = world;
  const isGone = (key: ProfileKey): boolean => key.kind === "device" && key.device === gone;
  return withStore(world, {
    load: (keys) => (keys.some(isGone) ? Promise.reject(new Error("gone")) : store.load(keys)),
  });
}

test("200: of several profiles one cannot be read, and the others count as they would without it", async () => {
  const world = worldOf(LINKED);
  for (const device of [OTHER_DEVICE, DEVICE]) {
    await wire(world, `${EVENT}&key1=val1&d_uuid=${device}&d_cid=1001%01u1%011`);
  }
  const asked = `${EVENT}&d_uuid=${DEVICE}`;
  const whole = await wire(world, asked);
  assert.equal(whole.codes, "");
  assert.notDeepEqual(whole.body["segments"], []);
  const rest = await wire(withoutServerOf(world, OTHER_DEVICE), asked);
  assert.deepEqual([rest.codes, rest.body["segments"]], ["200", whole.body["segments"]]);
  const others = await wire(withoutServerOf(world, DEVICE), asked);
  assert.equal(others.codes, "200");
});
