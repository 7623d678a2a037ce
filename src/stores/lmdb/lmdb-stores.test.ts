import { describe, it } from "node:test";
import { deltaOf } from "../../../test/support/store-deltas.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import {
  type DefinitionStoreUnderTest,
  describeDefinitionStore,
} from "../../catalog/definition-store.contract.ts";
import { asDataSourceId } from "../../model/ids.ts";
import { describeProfileStore } from "../../profiles/store.contract.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbControlStore } from "./lmdb-control-store.ts";
import { LmdbDefinitionStore } from "./lmdb-definition-store.ts";
import { LmdbProfileStore } from "./lmdb-profile-store.ts";

for (const durability of ["commit", "fsync", "off"] as const) {
  let folder = "";
  const reopen = async () => new LmdbProfileStore(openEnvironment({ folder, durability }));
  const open = () => {
    folder = storeFolder();
    return reopen();
  };
  const gaps =
    durability === "off" ? { answersBeforeCommit: "That is what its users want of it." } : {};
  describeProfileStore(`LMDB, ${durability}`, { open, reopen, ...gaps });
}

const LONG_LIST = Array.from({ length: 400 }, (_, number) => number);

let folder = "";
const reopen: DefinitionStoreUnderTest["open"] = async (kept) => {
  const environment = openEnvironment({ folder, durability: "off" });
  const store = new LmdbDefinitionStore(environment, kept);
  const control = new LmdbControlStore(environment);
  return { store, control, close: () => environment.close() };
};
const open: DefinitionStoreUnderTest["open"] = (kept) => {
  folder = storeFolder();
  return reopen(kept);
};
describeDefinitionStore("LMDB", { open, reopen });

describe("an environment", () => {
  it("is closed while the disk is being told, without harm", async () => {
    const delta = deltaOf({
      at: 0,
      realized: Object.fromEntries(LONG_LIST.map((sid) => [sid, 1])),
    });
    for (let round = 0; round < 5; round++) {
      const environment = openEnvironment({ folder: storeFolder(), durability: "commit" });
      const store = new LmdbProfileStore(environment);
      const keys = LONG_LIST.map((id) => {
        return { kind: "declared", dataSourceId: asDataSourceId(1), id: `${id}` } as const;
      });
      await Promise.all(keys.map((key) => store.commit([{ key, delta }])));
      const told = environment.flush();
      await store.close();
      await told;
    }
  });
});
