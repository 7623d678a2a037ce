// The node's folder: files that are written whole or not at all, and the lock that keeps a second node
// out. The lock is a file with the owner's process ID and the time at which that process began, so that
// what a killed node left behind, or a process that got the same ID later, blocks nobody.

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
const LOCK_ATTEMPTS = 5;

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
  | { readonly kind: "taken"; readonly pid: number };

export function lockFolder(folder: string): LockResult {
  const path = join(folder, LOCK_FILE);
  const own = lockText(process.pid);
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    if (linkWhole(path, own)) {
      return { kind: "locked", unlock: () => removeIfUnchanged(path, own) };
    }
    const other = readFileIfThere(path);
    if (other === null) continue;
    const pid = liveOwner(other);
    if (pid !== null) return { kind: "taken", pid };
    removeIfUnchanged(path, other);
  }
  return { kind: "taken", pid: 0 };
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
}

function lockText(pid: number): string {
  const content: LockContent = { pid, began: processBegan(pid), host: hostname() };
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
