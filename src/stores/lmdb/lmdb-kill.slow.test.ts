// kill -9 while commits are under way: whatever was answered must be there afterwards. And many
// commits at once on a disk that is waited for.

import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { holdStore } from "../../../test/support/open-beside.ts";
import { seededRandom } from "../../../test/support/random.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { countStored, spawnWriter } from "../../../test/support/store-writer.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbProfileStore } from "./lmdb-profile-store.ts";

const CYCLES = 20;
const IN_FLIGHT = 64;
const WRITERS = 2;

describe("kill -9 of committing processes", () => {
  for (const durability of ["commit", "fsync"] as const) {
    it(`loses no answered commit in ${CYCLES} cycles (${durability})`, async () => {
      const folder = storeFolder();
      const random = seededRandom(1);
      let stored = 0;
      for (let cycle = 1; cycle <= CYCLES; cycle++) {
        const commits = Number.MAX_SAFE_INTEGER;
        const writing = { folder, durability, commits, inFlight: IN_FLIGHT };
        const held = await holdStore({ folder, durability });
        const writers = Array.from({ length: WRITERS }, () => spawnWriter(writing));
        const inside = writers.map((writer) => once(writer.stdout ?? writer, "data"));
        const counted = writers.map((writer) =>
          countAnswersUntilKilled(writer, 1 + random.below(3_000)),
        );
        // From then on all processes that have the files open are killed.
        await Promise.all(inside);
        await held[Symbol.asyncDispose]();
        const answers = await Promise.all(counted);
        const answered = answers.reduce((sum, count) => sum + count, 0);

        const store = new LmdbProfileStore(openEnvironment({ folder, durability }));
        const now = await countStored(store);
        await store.close();
        assert.ok(now >= stored + answered, `cycle ${cycle}: ${now} of ${stored + answered}`);
        assert.ok(now <= stored + answered + WRITERS * IN_FLIGHT, `cycle ${cycle}: ${now} counted`);
        stored = now;
      }
    });
  }
});

describe("durability fsync under load of two processes", () => {
  it("counts ten thousand concurrent commits for one visitor as ten thousand", async () => {
    const folder = storeFolder();
    const durability = "fsync";
    const writing = { folder, durability, commits: 5_000, inFlight: 500 } as const;
    await using held = await holdStore({ folder, durability });
    const writers = [spawnWriter(writing), spawnWriter(writing)];
    const answers = await Promise.all(
      writers.map((writer) => countAnswersUntilKilled(writer, Number.POSITIVE_INFINITY)),
    );
    assert.deepEqual(answers, [5_000, 5_000]);
    assert.equal(await countStored(new LmdbProfileStore(held.environment)), 10_000);
  });
});

async function countAnswersUntilKilled(
  writer: ReturnType<typeof spawnWriter>,
  enough: number,
): Promise<number> {
  let answers = 0;
  writer.stdout?.on("data", (bytes: Buffer) => {
    answers += bytes.length;
    if (answers >= enough) writer.kill("SIGKILL");
  });
  // After the end of its output: what it said before it died is counted too.
  await once(writer, "close");
  return answers;
}
