// Folders for stores under test, gone when the test file has ended.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

export function storeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-store-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
