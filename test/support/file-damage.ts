// What a disk, a cut-off copy or a mistaken hand may do to a store's file; a seed says where.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { type Random, seededRandom } from "./random.ts";

export const DAMAGES = [
  ...["cut at a page", "cut anywhere", "zeroed page", "noise page", "zeroed sector"],
  ...["bit of the head", "bit of a page's header", "bit of a page", "bits all over"],
  ...["byte of the head", "byte of a page", "byte of a page's entries"],
  ...["swapped pages", "doubled page", "old page", "old pages", "half an old page", "old head"],
  ...["old file", "more at the end"],
  // What every read or every commit goes through.
  ...["bit of a root", "byte of a root", "bit of the free list", "byte of the free list"],
] as const;

export type DamageKind = (typeof DAMAGES)[number];

export interface Damage {
  readonly seed: number;
  readonly kind: DamageKind;
  /** 0 is that of profiles, 1 that of definitions. */
  readonly file: 0 | 1;
}

const PAGE = 4_096;
const SECTOR = 512;
const HEAD_PAGES = 2;
const META_BYTES = 168;
const PAGE_HEADER_BYTES = 24;

/** Damages a file; `old` is a sound one of earlier. */
export function damageFile(path: string, old: string, damage: Damage): void {
  if (damage.kind === "old file") {
    copyFileSync(old, path);
    return;
  }
  const random = seededRandom(damage.seed);
  const bytes = readFileSync(path);
  writeFileSync(path, damaged(bytes, readFileSync(old), damage.kind, random));
}

function damaged(bytes: Buffer, old: Buffer, kind: DamageKind, random: Random): Buffer {
  const pages = Math.floor(bytes.length / PAGE);
  const aPage = (): number => PAGE * (HEAD_PAGES + random.below(pages - HEAD_PAGES));
  const flipBit = (at: number): void => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  };
  const setByte = (at: number): void => {
    bytes[at] = random.below(256);
  };
  const inHead = (): number => PAGE * random.below(HEAD_PAGES) + random.below(META_BYTES);
  const page = aPage();
  const other = aPage();
  switch (kind) {
    case "cut at a page":
      return bytes.subarray(0, PAGE * random.below(pages));
    case "cut anywhere":
      return bytes.subarray(0, 1 + random.below(bytes.length - 1));
    case "zeroed page":
      bytes.fill(0, page, page + PAGE);
      break;
    case "noise page":
      for (let at = page; at < page + PAGE; at++) setByte(at);
      break;
    case "zeroed sector": {
      const sector = page + SECTOR * random.below(PAGE / SECTOR);
      bytes.fill(0, sector, sector + SECTOR);
      break;
    }
    case "bit of the head":
      flipBit(inHead());
      break;
    case "byte of the head":
      setByte(inHead());
      break;
    case "bit of a page's header":
      flipBit(page + random.below(PAGE_HEADER_BYTES));
      break;
    case "byte of a page's entries":
      setByte(page + PAGE_HEADER_BYTES + random.below(64));
      break;
    case "bit of a page":
      flipBit(page + random.below(PAGE));
      break;
    case "byte of a page":
      setByte(page + random.below(PAGE));
      break;
    case "bits all over":
      for (let count = 0; count < 50; count++) flipBit(random.below(bytes.length));
      break;
    case "more at the end":
      return Buffer.concat([bytes, bytes.subarray(page, page + 1 + random.below(PAGE))]);
    case "swapped pages": {
      const held = Buffer.from(bytes.subarray(page, page + PAGE));
      bytes.copy(bytes, page, other, other + PAGE);
      held.copy(bytes, other);
      break;
    }
    case "doubled page":
      bytes.copy(bytes, page, other, other + PAGE);
      break;
    default:
      if (kind.startsWith("old") || kind.startsWith("half")) putOld(bytes, old, kind, random);
      else damageRoot(bytes, kind, random);
  }
  return bytes;
}

const TRANSACTION = 152;
const ROOT_OF_FREE = 88;
const ROOT_OF_DATABASES = 136;

/** In its header and first entries, or in its last ones: those that were there first. */
function damageRoot(bytes: Buffer, kind: DamageKind, random: Random): void {
  const root = rootOf(bytes, kind.endsWith("a root") ? ROOT_OF_DATABASES : ROOT_OF_FREE);
  const at = root * PAGE + (random.chance(0.5) ? random.below(120) : PAGE - 1 - random.below(500));
  const byte = bytes[at] ?? 0;
  bytes[at] = kind.startsWith("bit") ? byte ^ (1 << random.below(8)) : random.below(256);
}

function rootOf(bytes: Buffer, at: number): number {
  const isSecond = bytes.readUInt32LE(TRANSACTION) < bytes.readUInt32LE(PAGE + TRANSACTION);
  return bytes.readUInt32LE((isSecond ? PAGE : 0) + at);
}

/** As if the disk had not written what it was told to. */
function putOld(bytes: Buffer, old: Buffer, kind: DamageKind, random: Random): void {
  const pages = Math.floor(Math.min(bytes.length, old.length) / PAGE);
  const put = (page: number, from: number, length: number): void => {
    old.copy(bytes, page * PAGE + from, page * PAGE + from, page * PAGE + from + length);
  };
  const aPage = (): number => HEAD_PAGES + random.below(pages - HEAD_PAGES);
  if (kind === "old head") put(random.below(HEAD_PAGES), 0, PAGE);
  else if (kind === "half an old page") put(aPage(), random.chance(0.5) ? PAGE / 2 : 0, PAGE / 2);
  else if (kind === "old page") put(aPage(), 0, PAGE);
  else for (let page = HEAD_PAGES; page < pages; page++) if (random.chance(0.5)) put(page, 0, PAGE);
}
