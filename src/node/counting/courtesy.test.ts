import assert from "node:assert/strict";
import { test } from "node:test";
import { Courtesy } from "./courtesy.ts";

/** A machine on which a count works two milliseconds at a time for a while, and how long it rested in all. */
async function restedMs(cores: number, othersAtWork: number): Promise<number> {
  let now = 0;
  let ours = 0;
  let rested = 0;
  const courtesy = new Courtesy({
    ticks: () => now,
    worked: () => ours,
    times: () => ({ cores, everyoneMs: now * othersAtWork + ours, oursMs: ours }),
    rest: async (ms) => {
      now += ms;
      rested += ms;
    },
  });
  for (let page = 0; page < 500; page++) {
    now += 2;
    ours += 2;
    await courtesy.pause();
  }
  return rested;
}

test("a count does not rest while a core would be idle", async () => {
  assert.equal(await restedMs(2, 0), 0);
  assert.equal(await restedMs(2, 1), 0);
  assert.equal(await restedMs(8, 7), 0);
  assert.equal(await restedMs(1, 0), 0);
});

test("where others want all cores, a count takes a twentieth of the machine", async () => {
  // A second of work, of which the first tenth was done before it was known.
  const rested = await restedMs(2, 1.9);
  assert.ok(rested > 7_500 && rested < 9_100, `${rested}`);
  assert.ok((await restedMs(1, 0.9)) > 15_000);
});
