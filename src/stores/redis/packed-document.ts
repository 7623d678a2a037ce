// Workspaces are kept compressed: a hundred megabytes of JSON are a value that would hold a server up.

import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";

const compress = promisify<Buffer, { level: number }, Buffer>(deflate);
const decompress = promisify<Buffer, Buffer>(inflate);

/** The lowest: JSON of this kind becomes a tenth already, in a tenth of the time. */
const LEVEL = 1;

/** The same text becomes the same bytes. */
export function packDocument(document: string): Promise<Buffer> {
  return compress(Buffer.from(document, "utf8"), { level: LEVEL });
}

export async function unpackDocument(packed: Buffer): Promise<string> {
  return (await decompress(packed)).toString("utf8");
}
