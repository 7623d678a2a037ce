// The node's folder: files that are written whole or not at all, and the lock that keeps a second node
// out. The lock is a file with the owner's process ID and the time at which that process began, so that
// what a killed node left behind, or a process that got the same ID later, blocks nobody. Beside it is a list
// of the node's workers: those of a killed node may go on with the store for a moment.

import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

export const LOCK_FILE = "node.lock";
const WORKERS_FILE = "workers.lock";
const LOCK_ATTEMPTS = 5;
const LOOK_EVERY_MS = 25;

/** Readable for the owner only; on disk when this returns. */
export function writeFileAtomically(path: string, text: string): void {
  const temporary = writeTemporary(path, text);
  renameSync(temporary, path);
}

export function readFileIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

export type LockResult =
  | { readonly kind: "locked"; unlock(): void }
  /** `passes`: by a process that is about to let go of it. */
  | { readonly kind: "taken"; readonly pid: number; readonly passes: boolean };

/** For as long as a node runs, or for a moment. */
export type LockUse = "node" | "moment";

export function lockFolder(folder: string, use: LockUse = "node"): LockResult {
  const path = join(folder, LOCK_FILE);
  const own = lockText(process.pid, use);
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    if (linkWhole(path, own)) {
      const unlock = (): void => removeIfUnchanged(path, own);
      const orphan = liveWorker(folder);
      if (orphan === null) return { kind: "locked", unlock };
      unlock();
      return { kind: "taken", pid: orphan, passes: true };
    }
    const other = readFileIfThere(path);
    if (other === null) continue;
    const pid = liveOwner(other);
    if (pid !== null) return { kind: "taken", pid, passes: other.includes(FOR_A_MOMENT) };
    removeIfUnchanged(path, other);
  }
  return { kind: "taken", pid: 0, passes: false };
}

/** The same, but waits for those who are about to let go of it. */
export async function lockFolderSoon(folder: string, patienceMs: number): Promise<LockResult> {
  for (let left = patienceMs; ; left -= LOOK_EVERY_MS) {
    const lock = lockFolder(folder);
    if (lock.kind === "locked" || !lock.passes || left <= 0) return lock;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** For the owner of the lock: these work with the store, and nobody else may before they have ended. */
export function noteWorkers(folder: string, pids: readonly number[]): void {
  writeFileAtomically(join(folder, WORKERS_FILE), pids.map((pid) => lockText(pid)).join(""));
}

function liveWorker(folder: string): number | null {
  const lines = readFileIfThere(join(folder, WORKERS_FILE))?.split("\n") ?? [];
  return lines.map(liveOwner).find((pid) => pid !== null) ?? null;
}

function writeTemporary(path: string, text: string): string {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = openSync(temporary, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

/** Makes the file with its whole content in one step; false where one is there already. */
function linkWhole(path: string, text: string): boolean {
  const temporary = writeTemporary(path, text);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Two nodes may find the same stale lock: the second must not remove the lock that the first has made
 * meanwhile. So the file is moved aside first, and put back where it was not the one that was read.
 */
function removeIfUnchanged(path: string, expected: string): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}.old`;
  try {
    renameSync(path, aside);
    if (readFileIfThere(aside) !== expected) linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, "ENOENT") && !hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

interface LockContent {
  readonly pid: number;
  readonly began: string | null;
  readonly host: string;
  readonly use: LockUse;
}

const FOR_A_MOMENT = '"use":"moment"';

function lockText(pid: number, use: LockUse = "node"): string {
  const content: LockContent = { pid, began: processBegan(pid), host: hostname(), use };
  return `${JSON.stringify(content)}\n`;
}

/** The process that holds a lock, or null where it is gone. */
function liveOwner(text: string): number | null {
  const match = /"pid":([0-9]+),"began":(?:"([^"]*)"|null)/.exec(text);
  const pid = Number(match?.[1] ?? 0);
  if (match === null || pid === 0 || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return null;
  }
  const began = processBegan(pid);
  return began !== null && match[2] !== undefined && began !== match[2] ? null : pid;
}

/** Field 22 of Linux's process status: clock ticks from boot to the process's begin. */
function processBegan(pid: number): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may hold spaces.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    // A zombie waits only to be collected: it holds nothing any more.
    return fields[0] === "Z" ? "ended" : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
