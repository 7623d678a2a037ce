// Reads an LMDB file page by page, without the library, and says what is damaged. The library
// checks little and ends the process where it meets what cannot be.
//
// Finds pages that are missing, torn, out of date or of another file, wherever a tree leads, entries out
// of order, and free pages that are in use; not a changed byte within a value: records have a checksum
// of their own.

import { closeSync, openSync } from "node:fs";
import { type FileHeader, readHeader } from "./file-header.ts";
import { FreeList } from "./free-list.ts";
import { StoreUnusable } from "./store-errors.ts";
import { TreeCheck } from "./tree-check.ts";

export interface CheckOptions {
  /** Also when nothing points to damage. */
  readonly always: boolean;
  /** The databases that the file of a server has: an unknown one in the place of one of them is damage. */
  readonly databases?: readonly string[];
}

/** Throws `StoreUnusable` for a file that the library must not open. */
export function checkFile(path: string, { always, databases = [] }: CheckOptions): void {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    // Missing, or not to be read: the library creates it, or says why it cannot.
    return;
  }
  try {
    const header = readHeader(file, path);
    if (header === null) return;
    const { fileBytes, lastPage, pageSize, isOfEarlierBoot } = header;
    const isShort = fileBytes < (lastPage + 1) * pageSize;
    if (!always && !isShort && !isOfEarlierBoot) return;
    const fault = findFault(file, header, databases);
    // Pages are used again: another process that commits now makes old ones look wrong.
    const isInUse = readHeader(file, path)?.transaction !== header.transaction;
    if (fault !== null && !isInUse) {
      throw new StoreUnusable(
        path,
        `it is damaged or cut off: ${fault} Restore a backup, or move it away.`,
      );
    }
  } finally {
    closeSync(file);
  }
}

function findFault(file: number, header: FileHeader, databases: readonly string[]): string | null {
  const names: string[] = [];
  const free = new FreeList(header);
  const check = new TreeCheck(file, header);
  check.tree(header.databases, {
    isOfNumbers: false,
    // The library ends a name with a zero byte.
    visit: (key, _value, isTree) => {
      const name = key.toString("latin1").replace(/\0$/, "");
      // What should be one and is none counts as one of another name.
      if (isTree || databases.includes(name)) names.push(isTree ? name : `no ${name}`);
    },
  });
  check.tree(header.freePages, { isOfNumbers: true, visit: (key, value) => free.add(key, value) });
  return check.fault ?? free.fault ?? free.faultOfUse(check.seen) ?? faultOfNames(names, databases);
}

/** A new server may have databases that this one does not know; but then all that it knows are there. */
function faultOfNames(names: readonly string[], databases: readonly string[]): string | null {
  const missing = databases.find((name) => !names.includes(name));
  const stranger = names.find((name) => !databases.includes(name));
  if (missing === undefined || stranger === undefined) return null;
  return `the database ${missing} is missing, and there is one of another name.`;
}
