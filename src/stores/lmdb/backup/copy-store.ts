// A copy of one file of the store as of one moment, while other processes go on writing it.
//
// The library copies what a read transaction sees: pages of that moment are not used again until it ends,
// so that a long copy makes the file grow, and nothing waits for it but the head's few kilobytes.

import { rmSync, statSync } from "node:fs";
import { open, type RootDatabase } from "lmdb";
import { checkFile } from "../file-check.ts";
import { syncPath } from "./whole-files.ts";

/** Address space, not memory: the file may grow meanwhile, and no copy may reach beyond what is mapped. */
const ROOM_TO_GROW_BYTES = 64 * 2 ** 30;

/** Copies the file to a path that does not exist; on disk and checked page by page when it resolves. */
export async function copyStoreFile(from: string, to: string): Promise<void> {
  // The library believes what a file's head says.
  checkFile(from, { always: false });
  const root = openToRead(from, statSync(from).size * 2 + ROOM_TO_GROW_BYTES);
  try {
    await root.backup(to, false);
  } finally {
    await root.close();
  }
  syncPath(to);
  checkFile(to, { always: true });
}

/** The newest revision in a copy of the definitions; 0 where it holds none. */
export async function newestRevision(copy: string): Promise<number> {
  const root = openToRead(copy, statSync(copy).size);
  try {
    const definitions = root.openDB<Uint8Array, Uint8Array>({
      name: "definitions",
      encoding: "binary",
      keyEncoding: "binary",
    });
    for (const key of definitions.getKeys({ reverse: true, limit: 1 })) {
      return Buffer.from(key).readUInt32BE();
    }
    return 0;
  } finally {
    await root.close();
    rmSync(`${copy}-lock`, { force: true });
  }
}

function openToRead(path: string, mapSize: number): RootDatabase<Uint8Array, Uint8Array> {
  return open<Uint8Array, Uint8Array>({
    path,
    encoding: "binary",
    keyEncoding: "binary",
    readOnly: true,
    maxDbs: 32,
    mapSize,
  });
}
