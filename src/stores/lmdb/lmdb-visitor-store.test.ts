import assert from "node:assert/strict";
import { test } from "node:test";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { deviceId, profileChange } from "../../../test/support/visitors.ts";
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
  test(`what a call saw after the last transaction stands in the next one (${durability})`, async () => {
    const environment = openEnvironment({ folder: storeFolder(), durability });
    const { moments } = environment;
    const store = new LmdbVisitorStore(environment);
    // The second one waits for the transaction, also where the first is answered early.
    await Promise.all([store.commit([profileChange(1)]), environment.commit(() => {})]);
    const asOf = moments.now;
    assert.ok(await environment.commit(() => moments.profileStands(deviceId(2), asOf)));
    await store.close();
  });
  if (durability === "commit") describeProfileScan("LMDB", subject);
}
