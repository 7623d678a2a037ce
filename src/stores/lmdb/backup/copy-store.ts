// Copies of the store's files, each as of one moment, while other processes go on writing them.
//
// The library copies what a read transaction sees: pages of that moment are not used again until it ends,
// so that a long copy makes the file grow, and nothing waits for it but the head's few kilobytes.

import { rmSync, statSync } from "node:fs";
import { open, type RootDatabase } from "lmdb";
import { checkFile } from "../file-check.ts";
import { syncPath } from "./whole-files.ts";

/** Address space, not memory: the file may grow meanwhile, and no copy may reach beyond what is mapped. */
const ROOM_TO_GROW_BYTES = 64 * 2 ** 30;

interface Copying {
  readonly from: string;
  /** Does not exist. */
  readonly to: string;
}

/**
 * Copies one file after the other; on disk and checked page by page when it resolves. They are opened all at
 * once, within `openBeside`: that must not meet a commit.
 */
export async function copyStoreFiles(
  files: readonly Copying[],
  openBeside: <T>(open: () => T) => Promise<T>,
): Promise<void> {
  // The library believes what a file's head says.
  for (const { from } of files) checkFile(from, { always: false });
  const opened = await openBeside(() =>
    files.map(({ from, to }) => {
      const root = openToRead(from, statSync(from).size * 2 + ROOM_TO_GROW_BYTES);
      return { root, to };
    }),
  );
  try {
    for (const { root, to } of opened) await root.backup(to, false);
  } finally {
    for (const { root } of opened) await root.close();
  }
  for (const { to } of opened) {
    syncPath(to);
    checkFile(to, { always: true });
  }
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
