import type { Bytes } from "./environment.ts";

interface Sweeping {
  readonly limit: number;
  readonly isOver: (value: Uint8Array, key: Uint8Array) => boolean;
}

/**
 * Looks at the next entries of a database, in the transaction that is under way, and removes those that
 * are over. Gives where to go on; null at the end of a round.
 */
export function sweep(
  database: Bytes,
  from: Uint8Array | null,
  { limit, isOver }: Sweeping,
): Uint8Array | null {
  const over: Uint8Array[] = [];
  let last: Uint8Array | null = null;
  let seen = 0;
  const range = from === null ? { limit } : { start: from, limit };
  for (const { key, value } of database.getRange(range)) {
    seen++;
    last = Uint8Array.from(key);
    if (isOver(value, last)) over.push(last);
  }
  for (const key of over) database.remove(key);
  return seen < limit ? null : last;
}
