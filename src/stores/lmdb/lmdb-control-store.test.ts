// Control records in LMDB: the contract, and what is LMDB's alone: other files, damages, backups.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { open as openFile } from "lmdb";
import { storeFolder } from "../../../test/support/store-folder.ts";
import {
  type ControlStoreUnderTest,
  describeControlStore,
} from "../../control/control-store.contract.ts";
import { backUp, restore } from "./backup/backup.ts";
import { DEFINITIONS_FILE, type Environment, openEnvironment } from "./environment.ts";
import { LmdbControlStore } from "./lmdb-control-store.ts";
import { LmdbDefinitionStore } from "./lmdb-definition-store.ts";

const TOKEN = { kind: "token", id: "a", value: { name: "anna" } };

let folder = "";
const reopen: ControlStoreUnderTest["open"] = async () => {
  const environment = openEnvironment({ folder, durability: "off" });
  return { store: new LmdbControlStore(environment), close: () => environment.close() };
};
const open = () => {
  folder = storeFolder();
  return reopen();
};
describeControlStore("LMDB", { open, reopen });

function openChecked(at: string): Environment {
  return openEnvironment({ folder: at, durability: "commit", checksFiles: true });
}

/** A folder with a token, and another one that is not read. */
async function folderWithTokens(): Promise<string> {
  const at = storeFolder();
  const environment = openChecked(at);
  const store = new LmdbControlStore(environment);
  await store.write([TOKEN, { kind: "token", id: "b", value: { name: "berta" } }]);
  await environment.close();
  return at;
}

/** Changes bytes of the file of definitions, where they are found last. */
function replaceInFile(at: string, before: string, after: string): void {
  const path = join(at, DEFINITIONS_FILE);
  const bytes = readFileSync(path);
  const place = bytes.lastIndexOf(before);
  assert.ok(place > 0 && before.length === after.length);
  bytes.write(after, place, "latin1");
  writeFileSync(path, bytes);
}

describe("control records that are not what was stored", () => {
  const refusal = {
    name: "StoreUnusable",
    message: /definitions\.mdb cannot be used .* control record token\/a is not what was stored/,
  };
  const damages: Readonly<Record<string, readonly [string, string]>> = {
    "a changed letter of a value": ['{"name":"anna"}', '{"name":"anno"}'],
    "a value that is no JSON any more": ['{"name":"anna"}', '{"name":"anna" '],
    "the ID of another record": ["token/b", "token/a"],
  };
  for (const [what, [before, after]] of Object.entries(damages)) {
    it(`are named, and neither read, listed nor built upon: ${what}`, async () => {
      const at = await folderWithTokens();
      if (before === "token/b") replaceInFile(at, "token/a", "token/0");
      replaceInFile(at, before, after);
      const environment = openChecked(at);
      const store = new LmdbControlStore(environment);
      const named = { ...refusal };
      if (before === "token/b") named.message = /control record token\/[0a] is not what was stored/;
      await assert.rejects(store.read("token", "a"), named);
      await assert.rejects(store.list("token"), named);
      const expected = { kind: "token", id: "a", version: null };
      await assert.rejects(store.write([{ ...TOKEN, id: "c" }], [expected]), named);
      assert.equal(await store.read("token", "c"), null);
      await environment.close();
    });
  }

  it("can be written over", async () => {
    const at = await folderWithTokens();
    replaceInFile(at, '{"name":"anna"}', '{"name":"anno"}');
    const environment = openChecked(at);
    const store = new LmdbControlStore(environment);
    assert.equal(await store.write([{ ...TOKEN, value: 1 }]), true);
    assert.equal((await store.read("token", "a"))?.value, 1);
    await environment.close();
  });

  it("are missed where their database has another name: it would be made anew, and be empty", async () => {
    const at = await folderWithTokens();
    replaceInFile(at, "control\0", "controm\0");
    assert.throws(() => openChecked(at), /the database control is missing/);
  });
});

describe("the file of definitions of a server that kept no control records", () => {
  it("is opened as it is, and keeps them from then on", async () => {
    const at = storeFolder();
    const older = openChecked(at);
    await new LmdbDefinitionStore(older).publish({ revision: 1, document: "{}" });
    await older.close();
    const path = join(at, DEFINITIONS_FILE);
    const root = openFile({ path, encoding: "binary", keyEncoding: "binary", maxDbs: 32 });
    await root.openDB({ name: "control", encoding: "binary", keyEncoding: "binary" }).drop();
    assert.deepEqual(
      [...root.getKeys()].map((key) => Buffer.from(key as Uint8Array).toString("latin1")),
      ["definitions\0", "dunlin-format"],
    );
    await root.close();
    const environment = openChecked(at);
    const store = new LmdbControlStore(environment);
    assert.deepEqual(await store.list("token"), []);
    assert.equal(await store.write([TOKEN]), true);
    const latest = await new LmdbDefinitionStore(environment).latest();
    assert.deepEqual(latest, { revision: 1, document: "{}" });
    await environment.close();
    const again = openChecked(at);
    assert.deepEqual((await new LmdbControlStore(again).read("token", "a"))?.value, TOKEN.value);
    await again.close();
  });
});

describe("a backup", () => {
  it("holds the control records of a store in use, and brings them back", async () => {
    const at = storeFolder();
    const environment = openChecked(at);
    const store = new LmdbControlStore(environment);
    await store.write([TOKEN, { ...TOKEN, id: "b" }, { kind: "user", id: "1", value: "größer" }]);
    const to = join(storeFolder(), "backup");
    const openBeside = async <T>(open: () => T): Promise<T> => open();
    const order = { folder: at, to, besides: [], version: "1", at: new Date(0), openBeside };
    assert.ok("files" in (await backUp(order)));
    await store.write([{ ...TOKEN, value: null }]);
    await environment.close();

    const restored = join(storeFolder(), "restored");
    mkdirSync(restored);
    assert.ok("files" in (await restore({ from: to, folder: restored })));
    const second = openChecked(restored);
    const found = new LmdbControlStore(second);
    const tokens = await found.list("token");
    assert.deepEqual(
      tokens.map(({ id, value }) => [id, value]),
      [
        ["a", TOKEN.value],
        ["b", TOKEN.value],
      ],
    );
    assert.equal((await found.read("user", "1"))?.value, "größer");
    await second.close();
  });
});
