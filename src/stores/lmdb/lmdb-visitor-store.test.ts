import { storeFolder } from "../../../test/support/store-folder.ts";
import { describeProfileScan } from "../../profiles/profile-scan.contract.ts";
import { describeProfileStore } from "../../profiles/store.contract.ts";
import { describeVisitorStore } from "../../profiles/visitor-store.contract.ts";
import { openEnvironment } from "./environment.ts";
import { LmdbVisitorStore } from "./lmdb-visitor-store.ts";

for (const durability of ["commit", "fsync", "off"] as const) {
  let folder = "";
  const reopen = async () => new LmdbVisitorStore(openEnvironment({ folder, durability }));
  const open = () => {
    folder = storeFolder();
    return reopen();
  };
  const gaps =
    durability === "off" ? { answersBeforeCommit: "That is what its users want of it." } : {};
  const subject = { open, reopen, ...gaps };
  describeProfileStore(`LMDB, of visitors, ${durability}`, subject);
  describeVisitorStore(`LMDB, ${durability}`, subject);
  if (durability === "commit") describeProfileScan("LMDB", subject);
}
