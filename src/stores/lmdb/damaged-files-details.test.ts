// Damage of one kind each, put where it hurts: what a page says of itself is right, and wrong all the
// same. And values that an older server stored without a checksum.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { deviceKey, NOON, profileChange } from "../../../test/support/visitors.ts";
import { asDataSourceId } from "../../model/ids.ts";
import { type Bytes, DEFINITIONS_FILE, openEnvironment, PROFILES_FILE } from "./environment.ts";
import { LmdbDefinitionStore } from "./lmdb-definition-store.ts";
import { LmdbVisitorStore } from "./lmdb-visitor-store.ts";

const PAGE = 4_096;
const DURABILITY = { durability: "commit", checksFiles: true } as const;
const GRAPH = asDataSourceId(900);
const CLUSTER = [deviceKey(1).device, deviceKey(2).device];
// Places in the first page of the head; the second has the same, a page later.
const TRANSACTION_AT = 152;
const LAST_PAGE_AT = 144;
const FREE_ROOT_AT = 88;
const MAIN_ROOT_AT = 136;

let sound = "";

before(async () => {
  sound = storeFolder();
  const environment = openEnvironment({ folder: sound, durability: "commit" });
  const store = new LmdbVisitorStore(environment);
  for (let number = 1; number <= 300; number++) await store.commit([profileChange(number)]);
  await store.denials.add({ key: deviceKey(7), until: null });
  await store.graphs.replace(GRAPH, [CLUSTER]);
  await new LmdbDefinitionStore(environment).publish({ revision: 1, document: '{"a":1}' });
  await store.close();
});

function refusalOf(damage: (bytes: Buffer, head: number) => void, file = PROFILES_FILE): string {
  const folder = storeFolder();
  cpSync(sound, folder, { recursive: true });
  const path = join(folder, file);
  const bytes = readFileSync(path);
  const isSecond = bytes.readUInt32LE(PAGE + TRANSACTION_AT) > bytes.readUInt32LE(TRANSACTION_AT);
  damage(bytes, isSecond ? PAGE : 0);
  writeFileSync(path, bytes);
  let said = "";
  assert.throws(
    () => openEnvironment({ folder, ...DURABILITY }),
    (fault: Error) => {
      said = fault.message;
      return fault.name === "StoreUnusable" && said.includes(path);
    },
  );
  return said;
}

describe("a file whose pages are where they should be", () => {
  it("is refused when its head speaks of more pages than there is memory for", () => {
    const said = refusalOf((bytes, head) => bytes.writeUInt32LE(0x100, head + LAST_PAGE_AT + 4));
    assert.match(said, /its head is damaged|half of its head/);
  });

  it("is refused when a database has another name: it would be made anew, and be empty", () => {
    const said = refusalOf((bytes) => {
      // The last letter, so that the order of names stays.
      const name = "identities-of-devices";
      for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) {
        bytes.write("t", at + name.length - 1);
      }
    });
    assert.match(said, /the database identities-of-devices is missing/);
  });

  it("is refused when a database is called a value", () => {
    const said = refusalOf((bytes, head) => {
      const page = bytes.readUInt32LE(head + MAIN_ROOT_AT) * PAGE;
      const at = bytes.subarray(page, page + PAGE).indexOf("denials\0");
      // The flags of its entry, in front of the length of its name.
      bytes.writeUInt16LE(0, page + at - 4);
    });
    assert.match(said, /the database denials is missing/);
  });

  it("is refused when two keys of a page have changed places", () => {
    const said = refusalOf((bytes, head) => {
      const root = bytes.readUInt32LE(head + MAIN_ROOT_AT) * PAGE + 24;
      const first = bytes.readUInt16LE(root);
      bytes.writeUInt16LE(bytes.readUInt16LE(root + 2), root);
      bytes.writeUInt16LE(first, root + 2);
    });
    assert.match(said, /is out of order/);
  });

  it("is refused when a free page is in use: it would be written over", () => {
    const said = refusalOf((bytes, head) => {
      const inUse = bytes.readUInt32LE(head + MAIN_ROOT_AT);
      const page = bytes.readUInt32LE(head + FREE_ROOT_AT) * PAGE;
      // The numbers of the first entry: behind its header, its key and their count.
      const entry = page + 24 + bytes.readUInt16LE(page + 24);
      const numbers = entry + 8 + bytes.readUInt16LE(entry + 6) + 8;
      bytes.writeBigInt64LE(BigInt(inUse), numbers);
    });
    assert.match(said, /is free, and in use/);
  });

  it("is refused when a page is younger than the one above it", () => {
    const said = refusalOf((bytes, head) => {
      const root = bytes.readUInt32LE(head + MAIN_ROOT_AT) * PAGE;
      bytes.writeUInt32LE(1, root + 8);
    });
    assert.match(said, /is missing or holds something else/);
  });

  it("gives no definitions that are not what was published", async () => {
    const folder = storeFolder();
    cpSync(sound, folder, { recursive: true });
    const path = join(folder, DEFINITIONS_FILE);
    const bytes = readFileSync(path);
    const at = bytes.lastIndexOf('{"a":1}');
    bytes.write('{"a":2}', at);
    writeFileSync(path, bytes);
    const environment = openEnvironment({ folder, ...DURABILITY });
    await assert.rejects(new LmdbDefinitionStore(environment).latest(), {
      name: "StoreUnusable",
      message: /definitions\.mdb cannot be used as a store: revision 1 is not what was stored/,
    });
    await environment.close();
  });
});

describe("what is told of revisions", () => {
  it("is refused where it is not what was stored", async () => {
    const folder = storeFolder();
    cpSync(sound, folder, { recursive: true });
    const environment = openEnvironment({ folder, ...DURABILITY });
    await environment.commitDefinitions(() =>
      rewrite(environment.definitions, (value) => {
        value[value.length - 5] = 0x20;
        return value;
      }),
    );
    await assert.rejects(new LmdbDefinitionStore(environment).list(), {
      message: /revision 1 is not what was stored/,
    });
    await environment.close();
  });
});

describe("a store of a server that had no checksums", () => {
  it("is read as it is", async () => {
    const folder = storeFolder();
    cpSync(sound, folder, { recursive: true });
    const environment = openEnvironment({ folder, ...DURABILITY });
    await environment.commit(() => {
      rewrite(environment.deviceGraphs, (value) => value.subarray(0, -4));
      rewrite(environment.denials, (value) => Buffer.of(1, ...value.subarray(1, -4)));
    });
    await environment.commitDefinitions(() => {
      const { definitions } = environment;
      for (const key of [...definitions.getKeys()].map((each) => Uint8Array.from(each))) {
        if (key.length > 4) definitions.remove(key);
      }
      rewrite(definitions, () => Buffer.from('{"old":true}'));
    });
    const store = new LmdbVisitorStore(environment);
    assert.deepEqual(await store.graphs.clusterOf(GRAPH, deviceKey(1).device), CLUSTER);
    const asked = [deviceKey(7), deviceKey(8)];
    assert.deepEqual(await store.denials.areDenied(asked, NOON), [true, false]);
    const definitions = new LmdbDefinitionStore(environment);
    assert.deepEqual(await definitions.latest(), { revision: 1, document: '{"old":true}' });
    const nobody = { at: null, by: null, note: null };
    assert.deepEqual(await definitions.list(), [{ revision: 1, ...nobody }]);
    await definitions.publish({ revision: 2, document: "{}", at: NOON, by: "anna" });
    assert.deepEqual(await definitions.list(), [
      { revision: 2, at: NOON, by: "anna", note: null },
      { revision: 1, ...nobody },
    ]);
    // What is written from now on has one.
    await store.graphs.replace(GRAPH, [CLUSTER]);
    assert.deepEqual(await store.graphs.clusterOf(GRAPH, deviceKey(2).device), CLUSTER);
    await store.close();
  });
});

function rewrite(database: Bytes, change: (value: Buffer) => Uint8Array): void {
  const entries = [...database.getRange()].map(({ key, value }) => ({
    key: Uint8Array.from(key),
    value: Buffer.from(value),
  }));
  for (const { key, value } of entries) if (value.length > 4) database.put(key, change(value));
}
