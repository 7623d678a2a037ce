import { storeFolder } from "../../../test/support/store-folder.ts";
import {
  type DefinitionStoreUnderTest,
  describeDefinitionStore,
} from "../../catalog/definition-store.contract.ts";
import { describeProfileStore } from "../../profiles/store.contract.ts";
import { openEnvironment } from "./environment.ts";
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

let folder = "";
const reopen: DefinitionStoreUnderTest["open"] = async () => {
  const environment = openEnvironment({ folder, durability: "off" });
  return { store: new LmdbDefinitionStore(environment), close: () => environment.close() };
};
const open = () => {
  folder = storeFolder();
  return reopen();
};
describeDefinitionStore("LMDB", { open, reopen });
