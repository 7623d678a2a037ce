// Files that are copied whole, to the disk, while they are added up.

import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import type { BackedUpFile } from "./manifest.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Visitors and secrets: for the owner only. */
export const OWNERS_FILE = 0o600;

type Sum = Pick<BackedUpFile, "bytes" | "sha256">;

/** Copies a file to one that does not exist yet; on disk when it resolves. */
export async function copyWhole(from: string, to: string): Promise<Sum> {
  await using target = await open(to, "wx", OWNERS_FILE);
  const sum = await readThrough(from, async (bytes) => {
    // Unlike `write`, this goes on until all of it is written.
    await target.writeFile(bytes);
  });
  await target.sync();
  return sum;
}

/** What a file adds up to. */
export function sumOf(path: string): Promise<Sum> {
  return readThrough(path, async () => {});
}

/** Tells the disk of a file, or of the names in a folder. */
export function syncPath(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

async function readThrough(path: string, use: (bytes: Buffer) => Promise<void>): Promise<Sum> {
  await using source = await open(path, "r");
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES, bytes);
    if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
    const part = chunk.subarray(0, bytesRead);
    hash.update(part);
    await use(part);
    bytes += bytesRead;
  }
}
