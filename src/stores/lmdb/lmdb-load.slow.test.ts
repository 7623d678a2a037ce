import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { realizationsStored, underLoad } from "../../../test/support/store-load.ts";

describe("two processes that work on a thousand profiles at once", () => {
  for (const durability of ["commit", "fsync", "off"] as const) {
    it(`store every realization once (${durability})`, async () => {
      const load = { folder: storeFolder(), durability, inFlight: 64, seconds: 2, profiles: 1_000 };
      const { calls, realizations } = await underLoad(load, 2);
      assert.ok(calls > 0, `${calls} calls`);
      assert.equal(await realizationsStored(load), realizations);
    });
  }
});
