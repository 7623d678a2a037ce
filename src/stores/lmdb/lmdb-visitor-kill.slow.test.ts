// kill -9 while visitors are linked: whatever was answered must be there afterwards, and no link may be
// known at one end only.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { holdStore } from "../../../test/support/open-beside.ts";
import { seededRandom } from "../../../test/support/random.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { spawnCaller } from "../../../test/support/visit-caller.ts";
import { customerKey, deviceKey } from "../../../test/support/visitors.ts";
import { identityKeyText } from "../../model/identity-key.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbVisitorStore } from "./lmdb-visitor-store.ts";

const CYCLES = 10;
const IN_FLIGHT = 64;
const NUMBERS_A_CALLER = 1_000_000;
/** The oldest of them go, and must be gone at both ends. */
const DEVICES_OF_EVERYBODY = 100;

describe("kill -9 of linking processes", () => {
  for (const durability of ["commit", "fsync"] as const) {
    it(`loses no answered link in ${CYCLES} cycles, nor half of one (${durability})`, async () => {
      const folder = storeFolder();
      const random = seededRandom(1);
      const answered: number[] = [];
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        await using _ = await holdStore({ folder, durability });
        const callers = [0, 1].map((place) => {
          const first = 1 + (2 * cycle + place) * NUMBERS_A_CALLER;
          return spawnCaller({
            kind: "link-for-ever",
            folder,
            durability,
            first,
            inFlight: IN_FLIGHT,
          });
        });
        const numbers = await Promise.all(
          callers.map((caller) => answersUntilKilled(caller, 1 + random.below(1_000))),
        );
        answered.push(...numbers.flat());
      }
      const store = new LmdbVisitorStore(openEnvironment({ folder, durability }));
      const devices = await store.loadIdentities(answered.map(deviceKey));
      const customers = await store.loadIdentities(
        answered.map((number) => customerKey(`own-${number}`)),
      );
      for (const [place, number] of answered.entries()) {
        const own = devices[place]?.links.some(
          ({ to }) => to.kind === "declared" && to.id === `own-${number}`,
        );
        assert.ok(own, `device ${number} has lost its customer`);
        assert.deepEqual(
          customers[place]?.links.map(({ to }) => to),
          [deviceKey(number)],
        );
      }
      const [everybody] = await store.loadIdentities([customerKey("everybody")]);
      const everybodys = new Set(everybody?.links.map(({ to }) => identityKeyText(to)));
      assert.equal(everybodys.size, DEVICES_OF_EVERYBODY);
      for (const [place, number] of answered.entries()) {
        const knowsEverybody = devices[place]?.links.length === 2;
        assert.equal(knowsEverybody, everybodys.has(identityKeyText(deviceKey(number))));
      }
      await store.close();
    });
  }
});

async function answersUntilKilled(caller: ChildProcess, count: number): Promise<number[]> {
  let said = "";
  caller.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.split("\n").length > count) caller.kill("SIGKILL");
  });
  await once(caller, "close");
  // A last line may be cut off.
  return said.split("\n").slice(0, -1).map(Number);
}
