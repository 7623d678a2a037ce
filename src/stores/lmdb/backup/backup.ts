// A backup of a data folder: a folder with a copy of each file of the store, the secrets beside them, and a
// manifest. It has its name only once all of it is on disk; the folder that it becomes again can be used
// only once all of it is there.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DEFINITIONS_FILE, PROFILES_FILE } from "../environment.ts";
import { StoreUnusable } from "../store-errors.ts";
import { copyStoreFiles, newestRevision } from "./copy-store.ts";
import {
  type BackedUpFile,
  MANIFEST_FILE,
  type Manifest,
  printManifest,
  readManifest,
} from "./manifest.ts";
import { copyWhole, OWNERS_FILE, sumOf, syncPath } from "./whole-files.ts";

export interface BackupOrder {
  /** The data folder; a node may be using it. */
  readonly folder: string;
  /** Becomes the backup: a folder that does not exist, or is empty. */
  readonly to: string;
  /** Files beside the store that belong to it, where they are there. */
  readonly besides: readonly string[];
  /** Of the server. */
  readonly version: string;
  readonly at: Date;
  /** Runs the opening of the store's files in a moment in which no process commits to them. */
  openBeside<T>(open: () => T): Promise<T>;
}

/** Why there is no backup, or none was restored. */
export interface BackupFault {
  readonly about: "data" | "to" | "from";
  readonly code: "E_FILE" | "E_DAMAGED";
  /** Says what was expected. */
  readonly message: string;
}

/**
 * Everything that was answered before this was called is in the backup. Visitors are copied before
 * definitions: those may be newer, never older, than what visitors were qualified by.
 */
export async function backUp(order: BackupOrder): Promise<Manifest | BackupFault> {
  const to = resolve(order.to);
  const fault = checkStore(order.folder) ?? checkTarget(to);
  if (fault !== null) return fault;
  const part = `${to}.${randomBytes(6).toString("hex")}.part`;
  mkdirSync(part, { recursive: true, mode: 0o700 });
  try {
    const manifest = await copyFolder(order, part);
    renameSync(part, to);
    syncPath(dirname(to));
    return manifest;
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    // Of the copy, where the store is damaged or the disk gave back something else than it was given.
    const message = `Expected a sound store, but ${error.message}`;
    return { about: "data", code: "E_DAMAGED", message };
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function checkStore(folder: string): BackupFault | null {
  if (existsSync(join(folder, PROFILES_FILE))) return null;
  const message = `Expected the data folder of a node with an embedded store: there is no ${join(folder, PROFILES_FILE)}.`;
  return { about: "data", code: "E_FILE", message };
}

function checkTarget(to: string): BackupFault | null {
  if (!existsSync(to)) return null;
  try {
    if (readdirSync(to).length === 0) return null;
  } catch {
    // A file: something else is in its place.
  }
  const message = `Expected a name that is free, or an empty folder, at ${to}.`;
  return { about: "to", code: "E_FILE", message };
}

async function copyFolder(order: BackupOrder, part: string): Promise<Manifest> {
  const { folder, besides, version, at } = order;
  const files: BackedUpFile[] = [];
  await copyStoreFiles(
    [PROFILES_FILE, DEFINITIONS_FILE].map((name) => ({
      from: join(folder, name),
      to: join(part, name),
    })),
    order.openBeside,
  );
  const revision = await newestRevision(join(part, DEFINITIONS_FILE));
  for (const name of [PROFILES_FILE, DEFINITIONS_FILE]) {
    files.push({ name, ...(await sumOf(join(part, name))) });
  }
  for (const name of besides.filter((one) => existsSync(join(folder, one)))) {
    files.push({ name, ...(await copyWhole(join(folder, name), join(part, name))) });
  }
  const manifest = { at: at.toISOString(), server: version, revision, files };
  const path = join(part, MANIFEST_FILE);
  writeFileSync(path, printManifest(manifest), { mode: OWNERS_FILE, flush: true });
  syncPath(part);
  return manifest;
}

export interface RestoreOrder {
  readonly from: string;
  /** Exists, holds nothing of a node, and is kept from others while this goes on. */
  readonly folder: string;
}

/** What stands in place of the visitors until all is there: no node starts with it. */
export const UNFINISHED =
  "A backup was being restored here, and that did not end. Empty this folder.\n";
const RESTORING = ".restoring";

/** Copies a backup into a folder and compares each file with the manifest; after a fault nothing is left there. */
export async function restore({ from, folder }: RestoreOrder): Promise<Manifest | BackupFault> {
  const manifest = await readBackup(from);
  if ("about" in manifest) return manifest;
  const placeholder = join(folder, PROFILES_FILE);
  writeFileSync(placeholder, UNFINISHED, { mode: OWNERS_FILE, flush: true, flag: "wx" });
  syncPath(folder);
  let fault: BackupFault | null = null;
  try {
    for (const file of manifest.files) fault ??= await copyBack(from, folder, file);
    if (fault === null) putInPlace(folder, manifest.files);
    return fault ?? manifest;
  } catch (error) {
    fault = damaged(from, "it cannot be copied");
    throw error;
  } finally {
    if (fault !== null) {
      for (const { name } of manifest.files)
        rmSync(join(folder, name + RESTORING), { force: true });
      rmSync(placeholder, { force: true });
    }
  }
}

async function readBackup(from: string): Promise<Manifest | BackupFault> {
  let text: string;
  try {
    text = await readFile(join(from, MANIFEST_FILE), "utf8");
  } catch {
    const message = `Expected a backup at ${resolve(from)}: there is no ${MANIFEST_FILE} that can be read.`;
    return { about: "from", code: "E_FILE", message };
  }
  const manifest = readManifest(text);
  if (typeof manifest === "string") return damaged(from, manifest);
  const names = manifest.files.map(({ name }) => name);
  const lacks = [PROFILES_FILE, DEFINITIONS_FILE].find((name) => !names.includes(name));
  return lacks === undefined ? manifest : damaged(from, `${MANIFEST_FILE} does not list ${lacks}`);
}

async function copyBack(
  from: string,
  folder: string,
  { name, bytes, sha256 }: BackedUpFile,
): Promise<BackupFault | null> {
  const source = join(from, name);
  if (!existsSync(source)) return damaged(from, `${name} is missing`);
  const sum = await copyWhole(source, join(folder, name + RESTORING));
  if (sum.bytes !== bytes) return damaged(from, `${name} has ${sum.bytes} bytes, not ${bytes}`);
  return sum.sha256 === sha256 ? null : damaged(from, `${name} is not what was backed up`);
}

/** The visitors come last: with them the folder can be used. */
function putInPlace(folder: string, files: readonly BackedUpFile[]): void {
  const [last, others] = [PROFILES_FILE, files.filter(({ name }) => name !== PROFILES_FILE)];
  for (const name of [...others.map((file) => file.name), last]) {
    if (name === last) syncPath(folder);
    renameSync(join(folder, name + RESTORING), join(folder, name));
  }
  syncPath(folder);
}

function damaged(from: string, why: string): BackupFault {
  const message = `Expected a whole backup at ${resolve(from)}: ${why}.`;
  return { about: "from", code: "E_DAMAGED", message };
}
