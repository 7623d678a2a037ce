// Opening a file by the library takes two steps.
//
// The first one maps it, and sets the number of the latest transaction, which all processes share, to what it
// read of the file a moment before, without the lock of writers: where another process commits in between,
// that process's next transaction fails, or is written over the one before. So the first step is for a moment
// in which nobody commits (`Environment.whileNobodyCommits`). The second one takes the lock, as every
// transaction does: whoever keeps others from committing must not wait for it.

import { type DatabaseOptions, openAsClass, type RootDatabase } from "lmdb";

export type Root = RootDatabase<Uint8Array, Uint8Array>;

export interface FileOptions {
  readonly waitsForDisk: boolean;
  readonly maxDatabases?: number;
  readonly maxReaders?: number;
  readonly mapBytes?: number;
}

/** A file after the first step; `begin` is the second one. */
export interface OpenedFile {
  readonly path: string;
  begin(): Root;
}

const BYTES = { encoding: "binary", keyEncoding: "binary" } as const satisfies DatabaseOptions;

/** Makes the file where it is missing. */
export function openFile(path: string, options: FileOptions): OpenedFile {
  const { waitsForDisk, maxDatabases, maxReaders, mapBytes } = options;
  // Made with `new`, and told that it is no named database: the library's types do not say so.
  const Opened = openAsClass({
    ...{ path, ...BYTES, noSync: !waitsForDisk },
    ...(maxDatabases !== undefined && { maxDbs: maxDatabases }),
    ...(maxReaders !== undefined && { maxReaders }),
    ...(mapBytes !== undefined && { mapSize: mapBytes }),
    // The default, which syncs after the next transaction may have begun, loses answered commits
    // when one of two writing processes is killed in a sync: the other then sets the number of
    // the latest transaction without holding the lock of writers.
    overlappingSync: false,
  }) as unknown as new (
    name: null,
    options: DatabaseOptions & { readonly isRoot: true },
  ) => Root;
  return { path, begin: () => new Opened(null, { ...BYTES, isRoot: true }) };
}

/**
 * Runs the work while no process, this one included, commits to the file. Nothing may be written through
 * `root` meanwhile; what another process writes waits.
 */
export async function withoutWriters<T>(root: Root, work: () => Promise<T>): Promise<T> {
  // A transaction of nothing, whose lock is kept until the promise is settled.
  return root.transactionSync(work);
}
