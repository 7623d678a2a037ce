// The head of an LMDB file, read before the library opens it: it maps the file into memory and
// believes it, so that a file which is damaged or none of LMDB's would end the process.

import { fstatSync, readFileSync, readSync } from "node:fs";
import { StoreUnusable } from "./store-errors.ts";

/** What is known of a tree before its first page is read. */
export interface TreeHead {
  readonly root: number;
  /** Of its pages, one below the other. */
  readonly depth: number;
  /** Whether its keys and values are of the kinds that our databases have. */
  readonly isPlain: boolean;
}

/** The state that a file is in when it is opened. */
export interface FileHeader {
  readonly pageSize: number;
  /** Number of the last page in use; the file may be shorter when the last ones are free. */
  readonly lastPage: number;
  readonly transaction: number;
  readonly freePages: TreeHead;
  readonly databases: TreeHead;
  /** Whether the machine was started anew since. */
  readonly isOfEarlierBoot: boolean;
  readonly fileBytes: number;
}

// Layout of LMDB's data version 2 as the library has it: all little-endian.
export const PAGE_HEADER_BYTES = 24;
export const PAGE_FLAGS_AT = 18;
export const NO_PAGE = 2 ** 64;
/** Behind the two of the head. */
export const FIRST_PAGE = 2;
const META_PAGE = 8;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const TREE_BYTES = 48;
const FLAGS_IN_TREE = 4;
const DEPTH_IN_TREE = 6;
const ROOT_IN_TREE = 40;
/** Reversed keys, several values of a key: the library would read such pages in another way. */
const UNKNOWN_KINDS = 0x76;
const MAP_BYTES_IN_META = 16;
const META_BYTES = 24 + 2 * TREE_BYTES + 24;
const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 65_536;

type Meta = Omit<FileHeader, "fileBytes">;

/** The header of a file; null for one that is empty, which the library may fill. */
export function readHeader(file: number, path: string): FileHeader | null {
  if (fstatSync(file).size === 0) return null;
  const first = readMeta(file, 0);
  if (first === null) throw new StoreUnusable(path, "it is no LMDB file, or its head is damaged.");
  const second = readMeta(file, first.pageSize);
  if (second === null || second.pageSize !== first.pageSize) {
    throw new StoreUnusable(path, "the second half of its head is missing or damaged.");
  }
  const state = first.transaction < second.transaction ? second : first;
  // Pages are written before the head that speaks of them: what it speaks of is there by now.
  return { ...state, fileBytes: fstatSync(file).size };
}

function readMeta(file: number, at: number): Meta | null {
  const bytes = Buffer.alloc(PAGE_HEADER_BYTES + META_BYTES);
  const isWhole = readSync(file, bytes, 0, bytes.length, at) === bytes.length;
  const meta = bytes.subarray(PAGE_HEADER_BYTES);
  if (!isWhole || meta.readUInt32LE(0) !== MAGIC || meta.readUInt32LE(4) !== DATA_VERSION)
    return null;
  const free = meta.subarray(24, 24 + TREE_BYTES);
  const main = meta.subarray(24 + TREE_BYTES, 24 + 2 * TREE_BYTES);
  const tail = meta.subarray(24 + 2 * TREE_BYTES);
  const pageSize = free.readUInt32LE(0);
  const isPageSize = Math.log2(pageSize) % 1 === 0;
  if (!isPageSize || pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE) return null;
  if (bytes.readUInt16LE(PAGE_FLAGS_AT) !== META_PAGE) return null;
  const lastPage = pageNumber(tail, 0);
  // The library would look for pages beyond the memory that it has asked for.
  if ((lastPage + 1) * pageSize > pageNumber(meta, MAP_BYTES_IN_META)) return null;
  return {
    pageSize,
    lastPage,
    transaction: pageNumber(tail, 8),
    freePages: treeHead(free),
    databases: treeHead(main),
    isOfEarlierBoot: tail.readBigInt64LE(16) !== bootId(),
  };
}

/** A tree's description of 48 bytes. */
export function treeHead(description: Buffer): TreeHead {
  return {
    root: pageNumber(description, ROOT_IN_TREE),
    depth: description.readUInt16LE(DEPTH_IN_TREE),
    isPlain: (description.readUInt16LE(FLAGS_IN_TREE) & UNKNOWN_KINDS) === 0,
  };
}

/** 64 bits as a number; `NO_PAGE` where all are set. */
export function pageNumber(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}

/** What the library writes of it: the first eight digits. */
function bootId(): bigint {
  try {
    const text = readFileSync("/proc/sys/kernel/random/boot_id", "latin1");
    return BigInt(`0x${text.slice(0, text.indexOf("-"))}`);
  } catch {
    // Not Linux: every start counts as one after a boot.
    return -1n;
  }
}
