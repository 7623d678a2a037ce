// The moment that a process with the store open makes for another one to open it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { deviceKey, NOON, PARTNER, profileChange } from "../../../test/support/visitors.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbDefinitionStore } from "./lmdb-definition-store.ts";
import { LmdbVisitorStore } from "./lmdb-visitor-store.ts";

for (const durability of ["commit", "fsync", "off"] as const) {
  describe(`a moment in which nobody commits (${durability})`, () => {
    it("holds up visitors, counts and definitions, and loses none of them", async () => {
      const environment = openEnvironment({ folder: storeFolder(), durability });
      const visitors = new LmdbVisitorStore(environment);
      const definitions = new LmdbDefinitionStore(environment);
      const bucket = { key: deviceKey(1), calls: 1, windowSeconds: 60 };
      const settled: string[] = [];
      const note = (name: string) => (): void => void settled.push(name);
      await visitors.commit([profileChange(1)]);
      const { promise: opened, resolve: open } = Promise.withResolvers<void>();
      const { promise: began, resolve: begin } = Promise.withResolvers<void>();
      const moment = environment.whileNobodyCommits(async () => {
        begin();
        await opened;
        // Reading goes on.
        assert.deepEqual(await definitions.list(), []);
        assert.equal((await visitors.load([profileChange(1).key])).length, 1);
        return settled.length;
      });
      await began;
      const optOut = { kind: "opt-out", key: deviceKey(1), pid: PARTNER } as const;
      const works = [
        environment.commit(() => {}).then(note("for all")),
        visitors
          .commitVisit({
            profiles: [],
            identities: [{ ...optOut, reason: "request", at: NOON }],
            guard: null,
          })
          .then(note("opt-out")),
        visitors.rates.take([bucket], NOON).then(note("count")),
        definitions.publish({ revision: 1, document: "{}" }).then(note("definitions")),
      ];
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      open();
      assert.equal(await moment, 0);
      await Promise.all(works);
      assert.equal((await definitions.latest())?.revision, 1);
      assert.equal(await visitors.rates.take([bucket], NOON), 60);
      const [identity] = await visitors.loadIdentities([deviceKey(1)]);
      assert.equal(identity?.optOuts.length, 1);
      await visitors.close();
    });

    it("ends with the work that failed in it", async () => {
      const environment = openEnvironment({ folder: storeFolder(), durability });
      const moment = environment.whileNobodyCommits(() => Promise.reject(new Error("Gone.")));
      await assert.rejects(moment, /Gone/);
      await environment.commit(() => {});
      await environment.close();
    });
  });
}
