import assert from "node:assert/strict";
import { once } from "node:events";
import { it } from "node:test";
import { numbersIn, spawnControlWriter } from "../../../test/support/control-writer.ts";
import { seededRandom } from "../../../test/support/random.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbControlStore } from "./lmdb-control-store.ts";

const CYCLES = 25;

it(`kill -9 leaves a write of control records whole or absent, in ${CYCLES} cycles`, async () => {
  const folder = storeFolder();
  const random = seededRandom(1);
  let stored = 0;
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    const writer = spawnControlWriter(folder);
    const enough = 1 + random.below(40);
    let answered = 0;
    writer.stdout?.on("data", (bytes: Buffer) => {
      answered += bytes.length;
      if (answered >= enough) writer.kill("SIGKILL");
    });
    await once(writer, "close");

    const environment = openEnvironment({ folder, durability: "off", checksFiles: true });
    const numbers = await numbersIn(new LmdbControlStore(environment));
    await environment.close();
    const [now = Number.NaN] = numbers;
    assert.equal(numbers.length, 1, `cycle ${cycle}: ${numbers.join(", ")}`);
    assert.ok(now >= stored + answered, `cycle ${cycle}: ${now} of ${stored + answered}`);
    assert.ok(now <= stored + answered + 1, `cycle ${cycle}: ${now} of ${stored + answered}`);
    stored = now;
  }
});
