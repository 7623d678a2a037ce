// Folders for stores under test, gone when the test's process ends.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

export function storeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-store-"));
  if (folders.push(folder) === 1) process.once("exit", removeFolders);
  return folder;
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
