import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { DOOR_FILE, DoorShut, enterStore, openDoor, type StoreDoor } from "./store-door.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dunlin-door-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Notes when commits are held up, and when they go on. */
class Store {
  readonly notes: string[] = [];
  #rest: Promise<unknown> = Promise.resolve();

  whileNobodyCommits<T>(opening: () => Promise<T>): Promise<T> {
    const moment = this.#rest.then(() => {
      this.notes.push("held");
      return opening();
    });
    this.#rest = moment.finally(() => this.notes.push("goes on"));
    return moment;
  }
}

function doorOf(store: Store, openingMs = 60_000, where = folder): Promise<StoreDoor> {
  return openDoor({
    folder: where,
    openingMs,
    whileNobodyCommits: (opening) => store.whileNobodyCommits(opening),
  });
}

test("who enters opens while commits are held up, one after the other", async () => {
  const store = new Store();
  const door = await doorOf(store);
  const open = (): number => store.notes.push("opens");
  assert.equal(await enterStore(folder, open), 2);
  assert.deepEqual(store.notes, ["held", "opens", "goes on"]);
  await enterStore(folder, open);
  assert.deepEqual(store.notes.slice(3), ["held", "opens", "goes on"]);
  await door.close();
  assert.deepEqual(readdirSync(folder), []);
});

test("the door is for the owner only, and takes the place of one that a killed node has left", async () => {
  writeFileSync(join(folder, DOOR_FILE), "");
  const door = await doorOf(new Store());
  assert.equal(statSync(join(folder, DOOR_FILE)).mode & 0o777, 0o600);
  await door.close();
});

test("a folder with a long name has a door as well", async () => {
  const deep = join(folder, "d".repeat(200));
  mkdirSync(deep);
  const door = await doorOf(new Store(), 60_000, deep);
  assert.equal(await enterStore(deep, () => "opened"), "opened");
  await door.close();
});

test("commits go on when whoever was let in fails, goes away or takes too long", async () => {
  const store = new Store();
  const door = await doorOf(store, 50);
  const fails = (): never => {
    throw new Error("A damaged file.");
  };
  await assert.rejects(enterStore(folder, fails), /damaged/);
  const gone = connect(join(folder, DOOR_FILE));
  await once(gone, "data");
  gone.destroy();
  const slow = connect(join(folder, DOOR_FILE));
  await once(slow, "data");
  await once(slow, "close");
  await enterStore(folder, () => {});
  await door.close();
  assert.deepEqual(store.notes, Array(4).fill(["held", "goes on"]).flat());
});

test("nobody enters without a node, or while its store is being closed", async () => {
  await assert.rejects(
    enterStore(folder, () => {}),
    DoorShut,
  );
  const door = await openDoor({
    folder,
    openingMs: 60_000,
    whileNobodyCommits: () => Promise.reject(new Error("The store is closed.")),
  });
  await assert.rejects(
    enterStore(folder, () => {}),
    DoorShut,
  );
  await door.close();
});
