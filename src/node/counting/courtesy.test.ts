import assert from "node:assert/strict";
import { test } from "node:test";
import { Courtesy } from "./courtesy.ts";

interface Machine {
  readonly cores: number;
  /** Cores that others use, on average. */
  readonly others: number;
  /** Of those, by the node's workers; null where the system does not tell. */
  readonly workers?: number | null;
}

/** A machine on which counts work two milliseconds at a time, so often, and how long they rested in all. */
async function restedMs(
  { cores, others, workers = others }: Machine,
  counts: readonly number[] = [500],
): Promise<number> {
  let now = 0;
  let ours = 0;
  let rested = 0;
  const courtesy = new Courtesy({
    ticks: () => now,
    worked: () => ours,
    times: () => ({
      ...{ cores, everyoneMs: now * others + ours, oursMs: ours },
      workersMs: workers === null ? null : now * workers,
    }),
    rest: async (ms) => {
      now += ms;
      rested += ms;
    },
  });
  for (const pages of counts) {
    const end = courtesy.begin();
    for (let page = 0; page < pages; page++) {
      now += 2;
      ours += 2;
      await courtesy.pause();
    }
    end();
  }
  return rested;
}

test("a count does not rest while a core would be idle", async () => {
  assert.equal(await restedMs({ cores: 2, others: 0 }), 0);
  assert.equal(await restedMs({ cores: 2, others: 1 }), 0);
  assert.equal(await restedMs({ cores: 8, others: 7 }), 0);
  assert.equal(await restedMs({ cores: 1, others: 0 }), 0);
});

test("a count does not rest for the sake of other programs", async () => {
  assert.equal(await restedMs({ cores: 2, others: 1.9, workers: 0.04 }), 0);
  assert.ok((await restedMs({ cores: 2, others: 1.9, workers: 0.1 })) > 20_000);
  assert.ok((await restedMs({ cores: 2, others: 1.9, workers: null })) > 20_000);
});

test("where others want all cores, a count takes a twenty-fifth of one", async () => {
  // A second of work, of which the first tenth was done before it was known.
  for (const [cores, others] of [
    [1, 0.9],
    [2, 1.9],
    [8, 7.9],
  ] as const) {
    const rested = await restedMs({ cores, others });
    assert.ok(rested > 20_500 && rested < 24_100, `${cores} cores: ${rested}`);
  }
});

test("many short counts are as courteous as one that is long", async () => {
  const many = Array.from({ length: 50 }, () => 10);
  assert.ok((await restedMs({ cores: 2, others: 1.9 }, many)) > 20_500);
});
