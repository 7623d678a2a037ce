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
  /** One for each level on the way down. */
  readonly #pages: Buffer[] = [];
  #level = 0;

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
    this.#level++;
    this.#inside(place, kind);
    this.#level--;
  }

  #inside(place: Place, kind: TreeKind): void {
    const page = this.#read(place, this.#header.pageSize);
    if (page === null) return;
    const isBranch = place.depth > 1;
    const entries = entriesOf(page, isBranch);
    if (entries === null) this.#fail(`page ${place.number} is not one of a tree.`);
    else if (!isInOrder(page, entries, { ...place, isBranch, kind })) {
      this.#fail(`page ${place.number} is out of order.`);
    } else {
      for (let index = 0; index < entries.length && this.fault === null; index++) {
        if (isBranch) this.#child({ page, place, entries, index }, kind);
        else this.#entry(page, entries[index] ?? 0, kind);
      }
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
    const flags = page.readUInt16LE(at + 4);
    if (flags === 0 && visit === null) return;
    const newest = pageNumber(page, 8);
    const valueAt = at + NODE_HEADER_BYTES + page.readUInt16LE(at + 6);
    const valueBytes = page.readUInt32LE(at);
    if (flags === VALUE_ON_OTHER_PAGES) {
      const number = pageNumber(page, valueAt);
      if (this.#overflow(number, { valueBytes, newest }) && visit !== null) {
        visit(keyOf(page, at), this.#value(number, valueBytes), false);
      }
    } else {
      const value = page.subarray(valueAt, valueAt + valueBytes);
      if (flags === VALUE_IS_TREE) this.tree(treeHead(value), OF_BYTES, newest);
      visit?.(keyOf(page, at), value, flags === VALUE_IS_TREE);
    }
  }

  /** Whether a value that has pages of its own is whole. */
  #overflow(
    number: number,
    { valueBytes, newest }: { readonly valueBytes: number; readonly newest: number },
  ): boolean {
    const { pageSize, fileBytes, lastPage } = this.#header;
    this.#level++;
    const page = this.#read({ number, newest }, PAGE_HEADER_BYTES);
    this.#level--;
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

  /**
   * A page that holds its own number, that nothing led to before, and no newer than what leads to it; or so
   * many bytes of it. Valid until the next page of its level is read.
   */
  #read({ number, newest }: Pick<Place, "number" | "newest">, bytes: number): Buffer | null {
    const { pageSize, lastPage } = this.#header;
    const page = (this.#pages[this.#level] ??= Buffer.allocUnsafe(pageSize));
    const isInside = number >= FIRST_PAGE && number <= lastPage && !this.seen.has(number);
    this.seen.add(number);
    if (
      isInside &&
      readSync(this.#file, page, 0, bytes, number * pageSize) === bytes &&
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

/** Whether keys ascend, within the bounds that the page above sets. */
function isInOrder(
  page: Buffer,
  entries: readonly number[],
  { from, to, isBranch, kind }: Place & { readonly isBranch: boolean; readonly kind: TreeKind },
): boolean {
  // The first key of a branch stands for all below the second.
  const first = isBranch ? 1 : 0;
  const firstAt = entries[first] ?? 0;
  const lastAt = entries.at(-1) ?? 0;
  if (from !== null && !(compare(keyOf(page, firstAt), from, kind) >= 0)) return false;
  if (to !== null && !(compare(keyOf(page, lastAt), to, kind) < 0)) return false;
  for (let index = first + 1; index < entries.length; index++) {
    if (!ascends(page, entries[index - 1] ?? 0, entries[index] ?? 0, kind)) return false;
  }
  return true;
}

function ascends(page: Buffer, a: number, b: number, kind: TreeKind): boolean {
  if (kind.isOfNumbers) return compare(keyOf(page, a), keyOf(page, b), kind) < 0;
  const [aAt, bAt] = [a + NODE_HEADER_BYTES, b + NODE_HEADER_BYTES];
  const aBytes = page.readUInt16LE(a + 6);
  const bBytes = page.readUInt16LE(b + 6);
  const shorter = Math.min(aBytes, bBytes);
  for (let place = 0; place < shorter; place++) {
    const difference = (page[aAt + place] ?? 0) - (page[bAt + place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return aBytes < bBytes;
}

function keyOf(page: Buffer, at: number): Buffer {
  const begin = at + NODE_HEADER_BYTES;
  return page.subarray(begin, begin + page.readUInt16LE(at + 6));
}

/** Below 0 where `a` stands first; a key that is no number stands nowhere. */
function compare(a: Buffer, b: Buffer, { isOfNumbers }: TreeKind): number {
  if (!isOfNumbers) return a.compare(b);
  return a.length === 8 && b.length === 8 ? pageNumber(a, 0) - pageNumber(b, 0) : Number.NaN;
}
