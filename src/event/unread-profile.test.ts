import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld, callOf } from "../../test/support/event-world.ts";
import type { Visit } from "../profiles/visitor-store.ts";
import { MemoryVisitorStore } from "../stores/memory/memory-visitor-store.ts";
import { handleEvent } from "./handle-event.ts";

const UUID = "22920112968019678612904394744954398990";
const owner = { pid: 1957, dataSourceId: 1002 };
const WORKSPACE = {
  partners: [
    { pid: 1957, alias: "alpha", name: "Alpha", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" },
  ],
  dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
  traits: [{ ...owner, sid: 5001, name: "Blue", traitRule: 'color == "blue"' }],
  segments: [{ ...owner, sid: 9001, name: "Often", segmentRule: "frequency([5001T] <= 7D) >= 3" }],
};

test("what a profile becomes is foreseen where it could be read, and never where it could not", async () => {
  const store = new MemoryVisitorStore();
  const visits: Visit[] = [];
  let isReadable = true;
  const world = buildWorld(WORKSPACE, {
    store: {
      denials: store.denials,
      rates: store.rates,
      graphs: store.graphs,
      load: (keys) => store.load(keys),
      loadIdentities: (keys) => store.loadIdentities(keys),
      commit: (changes) => store.commit(changes),
      forgetEveryone: () => store.forgetEveryone(),
      close: () => store.close(),
      commitVisit: (visit) => {
        visits.push(visit);
        return store.commitVisit(visit);
      },
      atHand: () => {
        const known = store.atHand?.();
        assert.ok(known !== undefined);
        const profile = () => {
          throw new Error("This record is damaged.");
        };
        return isReadable ? known : { ...known, profile };
      },
    },
  });
  const foreseenBy = async () => {
    await handleEvent(world, callOf(`/event?d_uuid=${UUID}&d_rtbd=json&color=blue`));
    const [change, ...others] = visits.at(-1)?.profiles ?? [];
    assert.equal(others.length, 0);
    return change?.foreseen;
  };
  assert.notEqual(await foreseenBy(), undefined);
  isReadable = false;
  assert.equal(await foreseenBy(), undefined);
  assert.equal(world.faults.length, 1);
});
