// What a backup says of itself: its files, how long each is and what it adds up to.

/** The file of a backup that lists the others. */
export const MANIFEST_FILE = "manifest.json";
const FORMAT = "dunlin-backup";
const VERSION = 1;
const FILE_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const SHA_256 = /^[0-9a-f]{64}$/;

export interface BackedUpFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
}

export interface Manifest {
  /** When the backup was begun, as ISO 8601: what was answered before is in it. */
  readonly at: string;
  /** Of the server that wrote it. */
  readonly server: string;
  /** Of the definitions in it; 0 where there are none. */
  readonly revision: number;
  readonly files: readonly BackedUpFile[];
}

export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...manifest }, null, 2)}\n`;
}

/** The manifest, or what is wrong with the text. */
export function readManifest(text: string): Manifest | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return `${MANIFEST_FILE} is no JSON`;
  }
  if (!isRecord(document) || document["format"] !== FORMAT) {
    return `${MANIFEST_FILE} is not that of a backup`;
  }
  if (document["version"] !== VERSION) {
    return `it has version ${JSON.stringify(document["version"])} of the format, this server knows ${VERSION}`;
  }
  const { at, server, revision, files } = document;
  if (typeof at !== "string" || typeof server !== "string" || typeof revision !== "number") {
    return `${MANIFEST_FILE} does not say when it was made, by whom or of which revision`;
  }
  if (!Array.isArray(files) || !files.every(isFile)) {
    return `${MANIFEST_FILE} does not list its files`;
  }
  return { at, server, revision, files };
}

function isFile(file: unknown): file is BackedUpFile {
  if (!isRecord(file)) return false;
  const { name, bytes, sha256 } = file;
  return (
    // It becomes a path: nothing in it may lead out of the folder.
    typeof name === "string" &&
    FILE_NAME.test(name) &&
    name !== MANIFEST_FILE &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === "string" &&
    SHA_256.test(sha256)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
