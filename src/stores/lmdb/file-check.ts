// Reads an LMDB file page by page, without the library, and says what is damaged. The library
// checks little and ends the process where it meets what cannot be.
//
// Finds pages that are missing, torn or of another file, wherever the tree leads; not a changed
// byte within a key or a value: records have a checksum of their own.

import { closeSync, openSync, readSync } from "node:fs";
import {
  type FileHeader,
  NO_PAGE,
  PAGE_FLAGS_AT,
  PAGE_HEADER_BYTES,
  pageNumber,
  readHeader,
  rootOfTree,
} from "./file-header.ts";
import { StoreUnusable } from "./store-errors.ts";

const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
const NODES_END_AT = 20;
const ENTRIES_BEGIN_AT = 22;
const NODE_HEADER_BYTES = 8;
const VALUE_ON_OTHER_PAGES = 1;
const VALUE_IS_TREE = 2;
const OTHER_PAGES_BYTES = 24;
const TREE_BYTES = 48;
const FIRST_PAGE = 2;
const MAX_DEPTH = 32;

export interface CheckOptions {
  /** Also when nothing points to damage. */
  readonly always: boolean;
}

/** Throws `StoreUnusable` for a file that the library must not open. */
export function checkFile(path: string, { always }: CheckOptions): void {
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
    const fault = findFault(file, header);
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

function findFault(file: number, header: FileHeader): string | null {
  const check = new TreeCheck(file, header);
  for (const root of header.roots) check.tree(root, 0);
  return check.fault;
}

class TreeCheck {
  fault: string | null = null;
  readonly #file: number;
  readonly #header: FileHeader;
  readonly #seen = new Set<number>();

  constructor(file: number, header: FileHeader) {
    this.#file = file;
    this.#header = header;
  }

  tree(number: number, depth: number): void {
    if (number === NO_PAGE || this.fault !== null) return;
    const page = this.#page(number);
    if (page === null) return;
    const flags = page.readUInt16LE(PAGE_FLAGS_AT);
    // Both count from behind the page's header.
    const nodesEnd = PAGE_HEADER_BYTES + page.readUInt16LE(NODES_END_AT);
    const entriesBegin = PAGE_HEADER_BYTES + page.readUInt16LE(ENTRIES_BEGIN_AT);
    if ((flags !== BRANCH && flags !== LEAF) || depth > MAX_DEPTH || nodesEnd > entriesBegin) {
      this.#fail(`page ${number} is not one of a tree.`);
      return;
    }
    for (let at = PAGE_HEADER_BYTES; at < nodesEnd && this.fault === null; at += 2) {
      const entry = PAGE_HEADER_BYTES + page.readUInt16LE(at);
      if (entry < entriesBegin || entry + NODE_HEADER_BYTES > page.length) {
        this.#fail(`an entry of page ${number} lies outside it.`);
      } else if (flags === BRANCH) {
        const child = page.readUInt32LE(entry) + page.readUInt16LE(entry + 4) * 2 ** 32;
        this.tree(child, depth + 1);
      } else {
        this.#entry(page, entry, number);
      }
    }
  }

  #entry(page: Buffer, entry: number, number: number): void {
    const flags = page.readUInt16LE(entry + 4);
    const isElsewhere = (flags & VALUE_ON_OTHER_PAGES) !== 0;
    const valueAt = entry + NODE_HEADER_BYTES + page.readUInt16LE(entry + 6);
    const valueBytes = page.readUInt32LE(entry);
    if (valueAt + (isElsewhere ? OTHER_PAGES_BYTES : valueBytes) > page.length) {
      this.#fail(`an entry of page ${number} lies outside it.`);
    } else if (isElsewhere) {
      this.#overflow(pageNumber(page, valueAt), valueBytes);
    } else if (flags & VALUE_IS_TREE && valueBytes === TREE_BYTES) {
      this.tree(rootOfTree(page.subarray(valueAt, valueAt + TREE_BYTES)), 0);
    }
  }

  #overflow(number: number, valueBytes: number): void {
    const { pageSize, fileBytes } = this.#header;
    const page = this.#page(number);
    if (page === null) return;
    const end = number * pageSize + PAGE_HEADER_BYTES + valueBytes;
    if (page.readUInt16LE(PAGE_FLAGS_AT) !== OVERFLOW || end > fileBytes) {
      this.#fail(`a value that begins on page ${number} is not whole.`);
    }
  }

  /** A page that holds its own number and that nothing led to before. */
  #page(number: number): Buffer | null {
    const { pageSize, lastPage } = this.#header;
    const page = Buffer.allocUnsafe(pageSize);
    const isInside = number >= FIRST_PAGE && number <= lastPage && !this.#seen.has(number);
    this.#seen.add(number);
    if (
      isInside &&
      readSync(this.#file, page, 0, pageSize, number * pageSize) === pageSize &&
      pageNumber(page, 0) === number &&
      pageNumber(page, 8) <= this.#header.transaction
    ) {
      return page;
    }
    this.#fail(`page ${number} is missing or holds something else.`);
    return null;
  }

  #fail(what: string): void {
    this.fault ??= what;
  }
}
