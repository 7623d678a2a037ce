// Several processes with one environment.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { holdStore } from "../../../test/support/open-beside.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import {
  countStored,
  spawnWriter,
  theVisitor,
  writerArguments,
} from "../../../test/support/store-writer.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbDefinitionStore } from "./lmdb-definition-store.ts";
import { LmdbProfileStore } from "./lmdb-profile-store.ts";

describe("processes that share an environment", () => {
  it("count ten thousand concurrent commits for one visitor as ten thousand", async () => {
    const folder = storeFolder();
    const durability = "commit";
    const writing = { folder, durability, commits: 5_000, inFlight: 500 } as const;
    await using held = await holdStore({ folder, durability });
    await Promise.all([untilDone(spawnWriter(writing)), untilDone(spawnWriter(writing))]);
    assert.equal(await countStored(new LmdbProfileStore(held.environment)), 10_000);
  });

  it("see each other's commits at once, also within one turn of the event loop", async () => {
    const folder = storeFolder();
    const durability = "commit";
    const store = new LmdbProfileStore(openEnvironment({ folder, durability }));
    const commitElsewhere = (commits: number): void => {
      const writing = { folder, durability, commits, inFlight: 1 } as const;
      execFileSync(process.execPath, writerArguments(writing));
    };
    commitElsewhere(1);
    // Not awaited: the library keeps what it reads until the turn ends, and the turn must not end.
    const before = countStored(store);
    commitElsewhere(2);
    const after = countStored(store);
    assert.deepEqual([await before, await after], [1, 3]);
    await store.close();
  });

  it("see each other's publications at once, also within one turn of the event loop", async () => {
    const folder = storeFolder();
    const environment = openEnvironment({ folder, durability: "commit" });
    const store = new LmdbDefinitionStore(environment);
    const writing = {
      folder,
      durability: "commit",
      commits: 0,
      inFlight: 1,
      publishes: "{}",
    } as const;
    const before = store.latest();
    execFileSync(process.execPath, writerArguments(writing));
    const after = store.latest();
    assert.deepEqual([await before, await after], [null, { revision: 1, document: "{}" }]);
    await environment.close();
  });

  it("forget every visitor for all", async () => {
    const folder = storeFolder();
    const durability = "commit";
    const store = new LmdbProfileStore(openEnvironment({ folder, durability }));
    const writing = { folder, durability, commits: 3, inFlight: 1 } as const;
    execFileSync(process.execPath, writerArguments(writing));
    assert.equal(await countStored(store), 3);
    await store.forgetEveryone();
    execFileSync(process.execPath, writerArguments(writing));
    assert.equal(await countStored(store), 3);
    assert.equal((await store.load([theVisitor()])).length, 1);
    await store.close();
  });
});

async function untilDone(writer: ReturnType<typeof spawnWriter>): Promise<void> {
  writer.stdout?.resume();
  assert.deepEqual(await once(writer, "close"), [0, null]);
}
