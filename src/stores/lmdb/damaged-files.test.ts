// Files that are damaged, foreign or too new are refused with their name and the reason, before the
// library sees them.

import assert from "node:assert/strict";
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { open } from "lmdb";
import { seededRandom } from "../../../test/support/random.ts";
import { deltaOf } from "../../../test/support/store-deltas.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { asDataSourceId } from "../../model/ids.ts";
import { DEFINITIONS_FILE, openEnvironment, PROFILES_FILE } from "./environment.ts";
import { checkFile } from "./file-check.ts";
import { FORMAT_KEY } from "./format.ts";
import { LmdbDefinitionStore } from "./lmdb-definition-store.ts";
import { LmdbProfileStore } from "./lmdb-profile-store.ts";
import { StoreUnusable } from "./store-errors.ts";

const NOON = Date.UTC(2026, 2, 1, 12);
const PAGE = 4_096;
let sound = "";

before(async () => {
  sound = storeFolder();
  const environment = openEnvironment({ folder: sound, durability: "commit" });
  const store = new LmdbProfileStore(environment);
  const realized = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [1 + n * 5_000, 120]));
  const delta = deltaOf({ at: NOON, realized });
  const dataSourceId = asDataSourceId(1);
  for (let round = 0; round < 2; round++) {
    const changes = Array.from({ length: 600 }, (_, number) => ({
      key: { kind: "declared", dataSourceId, id: `${number}`.repeat(1 + (number % 40)) } as const,
      delta,
    }));
    await Promise.all(changes.map((change) => store.commit([change])));
  }
  // A value that takes pages of its own.
  await new LmdbDefinitionStore(environment).publish({
    revision: 1,
    document: "x".repeat(50_000),
  });
  await environment.close();
});

function copyWith(damage: (path: string) => void, file = PROFILES_FILE): string {
  const folder = storeFolder();
  for (const name of [PROFILES_FILE, DEFINITIONS_FILE])
    copyFileSync(join(sound, name), join(folder, name));
  damage(join(folder, file));
  return folder;
}

function openingOf(folder: string, checksFiles = false): () => void {
  return () => void openEnvironment({ folder, durability: "commit", checksFiles });
}

describe("files that are no store", () => {
  it("a sound store is opened, checked or not", async () => {
    for (const checksFiles of [true, false]) {
      const folder = copyWith(() => {});
      await openEnvironment({ folder, durability: "commit", checksFiles }).close();
    }
  });

  it("a file of any other kind is refused", () => {
    const text = copyWith((path) => writeFileSync(path, "These are notes.\n".repeat(1_000)));
    assert.throws(openingOf(text), {
      name: "StoreUnusable",
      message:
        `${join(text, PROFILES_FILE)} cannot be used as a store: ` +
        "it is no LMDB file, or its head is damaged.",
    });
    const zeros = copyWith((path) => writeFileSync(path, Buffer.alloc(100 * PAGE)));
    assert.throws(openingOf(zeros), { name: "StoreUnusable" });
  });

  it("a folder that is a file is refused with its name", () => {
    const folder = storeFolder();
    writeFileSync(join(folder, "data"), "");
    assert.throws(openingOf(join(folder, "data")), /data\/profiles\.mdb cannot be used as a store/);
  });

  it("the store of another program is refused", async () => {
    const folder = storeFolder();
    const other = open({ path: join(folder, PROFILES_FILE) });
    await other.put("key", "value");
    await other.close();
    assert.throws(openingOf(folder), /it is an LMDB file of another program\.$/);
  });

  it("the store of a newer server is refused", async () => {
    const folder = copyWith(() => {});
    const keyEncoding = "binary";
    const newer = open({ path: join(folder, PROFILES_FILE), encoding: "binary", keyEncoding });
    await newer.put(FORMAT_KEY, Uint8Array.of(7));
    await newer.close();
    assert.throws(openingOf(folder), /it has format 7, this server knows format 1\.$/);
  });

  it("an empty file becomes a store, as a missing one does", async () => {
    const folder = copyWith((path) => truncateSync(path, 0));
    await openEnvironment({ folder, durability: "commit", checksFiles: true }).close();
  });
});

describe("a store file that was cut off", () => {
  it("is refused at any length", () => {
    const size = statSync(join(sound, PROFILES_FILE)).size;
    const random = seededRandom(1);
    for (let count = 0; count < 30; count++) {
      const length = 1 + random.below(size - 1);
      const folder = copyWith((path) => truncateSync(path, length));
      assert.throws(openingOf(folder), { name: "StoreUnusable" }, `${length} bytes`);
    }
  });

  it("is refused when a page of a long value is missing", () => {
    const folder = copyWith(
      (path) => truncateSync(path, statSync(path).size - PAGE),
      DEFINITIONS_FILE,
    );
    assert.throws(
      openingOf(folder),
      /definitions\.mdb cannot be used as a store: it is damaged or cut off/,
    );
  });
});

describe("a store file with damaged pages", () => {
  it("is refused by a check, unless no tree leads to them", () => {
    const path = join(
      copyWith(() => {}),
      PROFILES_FILE,
    );
    const content = readFileSync(path);
    const pages = content.length / PAGE;
    const random = seededRandom(2);
    const file = openSync(path, "r+");
    let refused = 0;
    for (let page = 2; page < pages; page++) {
      const noise = Uint8Array.from({ length: PAGE }, () => random.below(256));
      writeSync(file, random.chance(0.5) ? noise : new Uint8Array(PAGE), 0, PAGE, page * PAGE);
      try {
        checkFile(path, { always: true });
      } catch (error) {
        assert.ok(error instanceof StoreUnusable);
        refused++;
      }
      writeSync(file, content, page * PAGE, PAGE, page * PAGE);
    }
    closeSync(file);
    // Free pages are most of the rest: each of two rounds wrote the tree anew.
    assert.ok(refused > pages / 3, `${refused} of ${pages}`);
  });

  it("is refused when a page holds what stood elsewhere, or what came later", () => {
    const torn = copyWith((path) => {
      const content = readFileSync(path);
      const half = Math.floor(content.length / PAGE / 2);
      content.copyWithin(2 * PAGE, (2 + half) * PAGE, content.length);
      writeFileSync(path, content);
    });
    assert.throws(openingOf(torn, true), /it is damaged or cut off/);
  });
});
