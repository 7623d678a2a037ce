import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import {
  lockFolder,
  lockFolderSoon,
  noteWorkers,
  readFileIfThere,
  writeFileAtomically,
} from "./data-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dunlin-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a lock as if a process with this ID, begun at this time, had made it. */
function leaveLock(pid: number, began: string | null): void {
  writeFileSync(join(folder, "node.lock"), `${JSON.stringify({ pid, began, host: "here" })}\n`);
}

test("a folder that is locked and unlocked holds nothing", () => {
  const lock = lockFolder(folder);
  assert.ok(lock.kind === "locked");
  assert.deepEqual(readdirSync(folder), ["node.lock"]);
  lock.unlock();
  assert.deepEqual(readdirSync(folder), []);
});

test("a folder that a living process has locked is taken, and its lock stays", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"]);
  await once(other, "spawn");
  try {
    leaveLock(other.pid ?? 0, null);
    assert.deepEqual(lockFolder(folder), { kind: "taken", pid: other.pid, passes: false });
    assert.deepEqual(lockFolder(folder), { kind: "taken", pid: other.pid, passes: false });
    assert.deepEqual(readdirSync(folder), ["node.lock"]);
  } finally {
    other.kill("SIGKILL");
    await once(other, "exit");
  }
  assert.equal(lockFolder(folder).kind, "locked");
});

test("who wants the folder waits for the workers of a killed node, and for who has it for a moment", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"]);
  await once(other, "spawn");
  const [pid] = [other.pid ?? 0];
  noteWorkers(folder, [pid]);
  assert.deepEqual(lockFolder(folder), { kind: "taken", pid, passes: true });
  assert.deepEqual(await lockFolderSoon(folder, 0), { kind: "taken", pid, passes: true });
  const soon = lockFolderSoon(folder, 60_000);
  other.kill("SIGKILL");
  const lock = await soon;
  assert.ok(lock.kind === "locked");
  lock.unlock();
  const content = { pid: process.ppid, began: null, host: "here", use: "moment" };
  writeFileSync(join(folder, "node.lock"), `${JSON.stringify(content)}\n`);
  assert.deepEqual(lockFolder(folder), { kind: "taken", pid: process.ppid, passes: true });
});

test("the lock of a process that is gone blocks nobody", async () => {
  const other = spawn(process.execPath, ["-e", ""]);
  await once(other, "exit");
  leaveLock(other.pid ?? 0, null);
  assert.equal(lockFolder(folder).kind, "locked");
});

test("a process that got the ID of the lock's owner later does not hold the lock", () => {
  leaveLock(process.ppid, "an earlier time");
  assert.equal(lockFolder(folder).kind, process.platform === "linux" ? "locked" : "taken");
});

test("the lock of a former process with this one's ID blocks nobody", () => {
  leaveLock(process.pid, null);
  assert.equal(lockFolder(folder).kind, "locked");
});

test("a lock that was cut short blocks nobody", () => {
  writeFileSync(join(folder, "node.lock"), '{"pid":');
  assert.equal(lockFolder(folder).kind, "locked");
});

test("a node that lost its lock does not remove another's", () => {
  const lock = lockFolder(folder);
  leaveLock(process.ppid, null);
  assert.ok(lock.kind === "locked");
  lock.unlock();
  assert.deepEqual(readdirSync(folder), ["node.lock"]);
});

test("a file is written whole, for its owner only, and leaves nothing beside it", () => {
  const path = join(folder, "secret");
  assert.equal(readFileIfThere(path), null);
  writeFileAtomically(path, "first\n");
  writeFileAtomically(path, "second\n");
  assert.equal(readFileIfThere(path), "second\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ["secret"]);
});
