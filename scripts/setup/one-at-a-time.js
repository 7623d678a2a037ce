// @ts-check
// A lock between processes, made of one file: two commands started at once must not install into
// the same folder.

import { closeSync, openSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { SetupProblem } from "./setup-problem.js";

const HEARTBEAT_MS = 2_000;
/** A holder that has not been heard of for so long is dead: its lock is taken over. */
const STALE_MS = 20_000;
const POLL_MS = 200;
/** As long as the slowest installation may take. */
const MAX_WAIT_MS = 15 * 60_000;

/**
 * Runs `work` while holding the lock file; waits while another process holds it.
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneAtATime(lockFile, work) {
  await acquire(lockFile);
  const heartbeat = setInterval(() => touch(lockFile), HEARTBEAT_MS);
  const release = () => rmSync(lockFile, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.removeListener("exit", release);
    release();
  }
}

/** @param {string} lockFile */
async function acquire(lockFile) {
  const deadline = Date.now() + MAX_WAIT_MS;
  while (!tryCreate(lockFile)) {
    if (Date.now() > deadline) {
      throw new SetupProblem(
        `Another set-up has held ${lockFile} for ${MAX_WAIT_MS / 60_000} minutes.`,
        "If no other command of Dunlin is running, delete that file and try again.",
      );
    }
    if (ageMs(lockFile) > STALE_MS) rmSync(lockFile, { force: true });
    else await delay(POLL_MS);
  }
}

/** @param {string} lockFile */
function tryCreate(lockFile) {
  try {
    const file = openSync(lockFile, "wx");
    writeSync(file, `${process.pid}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} lockFile */
function ageMs(lockFile) {
  try {
    return Date.now() - statSync(lockFile).mtimeMs;
  } catch {
    return 0; // Released between two looks.
  }
}

/** @param {string} lockFile */
function touch(lockFile) {
  try {
    const now = new Date();
    utimesSync(lockFile, now, now);
  } catch {
    // Somebody deleted it; the worst that follows is a second installation.
  }
}
