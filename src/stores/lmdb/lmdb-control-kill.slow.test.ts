import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { it } from "node:test";
import { numbersIn, spawnControlWriter } from "../../../test/support/control-writer.ts";
import { seededRandom } from "../../../test/support/random.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbControlStore } from "./lmdb-control-store.ts";
import { LmdbDefinitionStore } from "./lmdb-definition-store.ts";

const CYCLES = 25;
/** Of the event loop, before a kill: about as long as two writes take, so that it meets any part of one. */
const TURNS = 10_000;

it(`kill -9 leaves a write of control records, and a revision with its own, whole or absent (${CYCLES} cycles)`, async () => {
  const folder = storeFolder();
  const random = seededRandom(1);
  let stored = 0;
  let revisions = 0;
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    const writer = spawnControlWriter(folder);
    const [enough, turns] = [1 + random.below(20), random.below(TURNS)];
    let answered = 0;
    writer.stdout?.on("data", (bytes: Buffer) => {
      const had = answered;
      answered += bytes.length;
      if (had < enough && answered >= enough) killAfter(turns, writer);
    });
    await once(writer, "close");

    const environment = openEnvironment({ folder, durability: "off", checksFiles: true });
    const control = new LmdbControlStore(environment);
    const [written, published] = [
      await numbersIn(control, "written"),
      await numbersIn(control, "published"),
    ];
    const revision = (await new LmdbDefinitionStore(environment).latest())?.revision ?? 0;
    await environment.close();
    assert.deepEqual(published, [revision], `cycle ${cycle}`);
    assert.equal(written.length, 1, `cycle ${cycle}: ${written.join(", ")}`);
    const [now = Number.NaN] = written;
    assert.ok(revision >= revisions + answered, `cycle ${cycle}: revision ${revision}`);
    assert.ok(now >= stored + answered, `cycle ${cycle}: ${now} of ${stored + answered}`);
    assert.ok(now <= stored + answered + 1, `cycle ${cycle}: ${now} of ${stored + answered}`);
    stored = now;
    revisions = revision;
  }
});

function killAfter(turns: number, writer: ChildProcess): void {
  if (turns === 0) writer.kill("SIGKILL");
  else setImmediate(() => killAfter(turns - 1, writer));
}
