import type { RootDatabase } from "lmdb";
import { StoreUnusable } from "./store-errors.ts";

/** Changes when files of an older server can no longer be read as they are. */
const FORMAT_VERSION = 1;
export const FORMAT_KEY = Buffer.from("dunlin-format");

/** Marks a new file as ours, and refuses one that is not or that a newer server wrote. */
export function checkFormat(root: RootDatabase<Uint8Array, Uint8Array>, path: string): void {
  const version = root.transactionSync(() => {
    const entry = root.get(FORMAT_KEY);
    if (entry !== undefined) return entry[0];
    if (root.getKeysCount({ limit: 1 }) > 0) return null;
    root.put(FORMAT_KEY, Uint8Array.of(FORMAT_VERSION));
    return FORMAT_VERSION;
  });
  if (version === FORMAT_VERSION) return;
  throw new StoreUnusable(
    path,
    version === null
      ? "it is an LMDB file of another program."
      : `it has format ${version}, this server knows format ${FORMAT_VERSION}.`,
  );
}
