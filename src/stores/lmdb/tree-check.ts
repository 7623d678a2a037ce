// The trees of an LMDB file, page by page: where each leads, and whether all that it says of itself is so.

import { readSync } from "node:fs";
import {
  FIRST_PAGE,
  type FileHeader,
  NO_PAGE,
  PAGE_FLAGS_AT,
  PAGE_HEADER_BYTES,
  pageNumber,
  type TreeHead,
  treeHead,
} from "./file-header.ts";

const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
const NODES_END_AT = 20;
const ENTRIES_BEGIN_AT = 22;
const PAGES_OF_VALUE_AT = 20;
const NODE_HEADER_BYTES = 8;
const VALUE_ON_OTHER_PAGES = 1;
const VALUE_IS_TREE = 2;
const OTHER_PAGES_BYTES = 24;
const TREE_BYTES = 48;
const MAX_DEPTH = 32;

export interface TreeKind {
  /** Whether keys are numbers in the order of the machine; otherwise bytes. */
  readonly isOfNumbers: boolean;
  /** Told of each entry, except of those of trees inside. */
  readonly visit: ((key: Buffer, value: Buffer, isTree: boolean) => void) | null;
}

/** A page, and what the one above says of it. */
interface Place {
  readonly number: number;
  readonly depth: number;
  /** The transaction of the page above: that one is written anew with each below it. */
  readonly newest: number;
  /** The bounds of its keys: from this one on, and below that one. */
  readonly from: Buffer | null;
  readonly to: Buffer | null;
}

const OF_BYTES: TreeKind = { isOfNumbers: false, visit: null };
const EVERYTHING = { from: null, to: null };

export class TreeCheck {
  /** The first one found. */
  fault: string | null = null;
  /** All pages that trees lead to. */
  readonly seen = new Set<number>();
  readonly #file: number;
  readonly #header: FileHeader;

  constructor(file: number, header: FileHeader) {
    this.#file = file;
    this.#header = header;
  }

  tree(
    { root, depth, isPlain }: TreeHead,
    kind: TreeKind,
    newest = this.#header.transaction,
  ): void {
    if (!isPlain || depth > MAX_DEPTH || (root === NO_PAGE) !== (depth === 0)) {
      this.#fail("the head of a tree is none.");
    } else if (root !== NO_PAGE) {
      this.#page({ number: root, depth, newest, ...EVERYTHING }, kind);
    }
  }

  #page(place: Place, kind: TreeKind): void {
    const { number, depth, from, to } = place;
    const page = this.#read(place);
    if (page === null) return;
    const isBranch = depth > 1;
    const entries = entriesOf(page, isBranch);
    if (entries === null) {
      this.#fail(`page ${number} is not one of a tree.`);
      return;
    }
    let before = from;
    for (const [index, at] of entries.entries()) {
      const key = keyOf(page, at);
      // The first key of a branch stands for all below the second.
      const isFree = isBranch && index === 0;
      const isAfter = index === 0 ? atLeast : above;
      if (!isFree && !(isAfter(key, before, kind) && isBelow(key, to, kind))) {
        this.#fail(`page ${number} is out of order.`);
      }
      if (this.fault !== null) return;
      if (!isFree) before = key;
      if (isBranch) this.#child({ page, place, entries, index }, kind);
      else this.#entry(page, at, kind);
    }
  }

  #child(
    {
      page,
      place,
      entries,
      index,
    }: {
      readonly page: Buffer;
      readonly place: Place;
      readonly entries: readonly number[];
      readonly index: number;
    },
    kind: TreeKind,
  ): void {
    const at = entries[index] ?? 0;
    const next = entries[index + 1];
    const number = page.readUInt32LE(at) + page.readUInt16LE(at + 4) * 2 ** 32;
    const from = index === 0 ? place.from : keyOf(page, at);
    const to = next === undefined ? place.to : keyOf(page, next);
    this.#page({ number, depth: place.depth - 1, newest: pageNumber(page, 8), from, to }, kind);
  }

  #entry(page: Buffer, at: number, { visit }: TreeKind): void {
    const newest = pageNumber(page, 8);
    const key = keyOf(page, at);
    const valueAt = at + NODE_HEADER_BYTES + key.length;
    const valueBytes = page.readUInt32LE(at);
    const flags = page.readUInt16LE(at + 4);
    if (flags === VALUE_ON_OTHER_PAGES) {
      const number = pageNumber(page, valueAt);
      if (this.#overflow(number, { valueBytes, newest }) && visit !== null) {
        visit(key, this.#value(number, valueBytes), false);
      }
    } else {
      const value = page.subarray(valueAt, valueAt + valueBytes);
      if (flags === VALUE_IS_TREE) this.tree(treeHead(value), OF_BYTES, newest);
      visit?.(key, value, flags === VALUE_IS_TREE);
    }
  }

  /** Whether a value that has pages of its own is whole. */
  #overflow(
    number: number,
    { valueBytes, newest }: { readonly valueBytes: number; readonly newest: number },
  ): boolean {
    const { pageSize, fileBytes, lastPage } = this.#header;
    const page = this.#read({ number, newest });
    if (page === null) return false;
    const pages = Math.ceil((PAGE_HEADER_BYTES + valueBytes) / pageSize);
    const end = number * pageSize + PAGE_HEADER_BYTES + valueBytes;
    const isWhole = end <= fileBytes && number + pages - 1 <= lastPage;
    const saysSo = page.readUInt32LE(PAGES_OF_VALUE_AT) === pages;
    if (page.readUInt16LE(PAGE_FLAGS_AT) !== OVERFLOW || !isWhole || !saysSo) {
      this.#fail(`a value that begins on page ${number} is not whole.`);
      return false;
    }
    for (let next = number + 1; next < number + pages; next++) {
      if (this.seen.has(next)) this.#fail(`page ${next} is in use twice.`);
      this.seen.add(next);
    }
    return true;
  }

  #value(number: number, bytes: number): Buffer {
    const value = Buffer.alloc(bytes);
    readSync(this.#file, value, 0, bytes, number * this.#header.pageSize + PAGE_HEADER_BYTES);
    return value;
  }

  /** A page that holds its own number, that nothing led to before, and no newer than what leads to it. */
  #read({ number, newest }: Pick<Place, "number" | "newest">): Buffer | null {
    const { pageSize, lastPage } = this.#header;
    const page = Buffer.allocUnsafe(pageSize);
    const isInside = number >= FIRST_PAGE && number <= lastPage && !this.seen.has(number);
    this.seen.add(number);
    if (
      isInside &&
      readSync(this.#file, page, 0, pageSize, number * pageSize) === pageSize &&
      pageNumber(page, 0) === number &&
      pageNumber(page, 8) <= newest
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

/** Where the entries of a page begin, each inside of it; null where it is no page of that kind. */
function entriesOf(page: Buffer, isBranch: boolean): readonly number[] | null {
  // Both count from behind the page's header.
  const nodesEnd = PAGE_HEADER_BYTES + page.readUInt16LE(NODES_END_AT);
  const entriesBegin = PAGE_HEADER_BYTES + page.readUInt16LE(ENTRIES_BEGIN_AT);
  const fewest = PAGE_HEADER_BYTES + 2 * (isBranch ? 2 : 1);
  const isOfTree = page.readUInt16LE(PAGE_FLAGS_AT) === (isBranch ? BRANCH : LEAF);
  if (!isOfTree || nodesEnd < fewest || nodesEnd > entriesBegin || entriesBegin > page.length) {
    return null;
  }
  const entries: number[] = [];
  for (let at = PAGE_HEADER_BYTES; at + 1 < nodesEnd; at += 2) {
    const entry = PAGE_HEADER_BYTES + page.readUInt16LE(at);
    const isInside = entry >= entriesBegin && entry + NODE_HEADER_BYTES <= page.length;
    if (!isInside || entry % 2 !== 0 || endOf(page, entry, isBranch) > page.length) return null;
    entries.push(entry);
  }
  return entries;
}

/** Behind an entry's last byte; beyond every page where it is of no known kind. */
function endOf(page: Buffer, at: number, isBranch: boolean): number {
  const keyEnd = at + NODE_HEADER_BYTES + page.readUInt16LE(at + 6);
  if (isBranch) return keyEnd;
  const valueBytes = page.readUInt32LE(at);
  switch (page.readUInt16LE(at + 4)) {
    case 0:
      return keyEnd + valueBytes;
    case VALUE_ON_OTHER_PAGES:
      return keyEnd + OTHER_PAGES_BYTES;
    case VALUE_IS_TREE:
      return valueBytes === TREE_BYTES ? keyEnd + TREE_BYTES : Number.POSITIVE_INFINITY;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function keyOf(page: Buffer, at: number): Buffer {
  const begin = at + NODE_HEADER_BYTES;
  return page.subarray(begin, begin + page.readUInt16LE(at + 6));
}

function atLeast(key: Buffer, bound: Buffer | null, kind: TreeKind): boolean {
  return bound === null || compare(key, bound, kind) >= 0;
}

function above(key: Buffer, bound: Buffer | null, kind: TreeKind): boolean {
  return bound === null || compare(key, bound, kind) > 0;
}

function isBelow(key: Buffer, bound: Buffer | null, kind: TreeKind): boolean {
  return bound === null || compare(key, bound, kind) < 0;
}

/** Below 0 where `a` stands first; a key that is no number stands nowhere. */
function compare(a: Buffer, b: Buffer, { isOfNumbers }: TreeKind): number {
  if (!isOfNumbers) return a.compare(b);
  return a.length === 8 && b.length === 8 ? pageNumber(a, 0) - pageNumber(b, 0) : Number.NaN;
}
