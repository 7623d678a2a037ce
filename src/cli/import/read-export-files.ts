// The files that somebody saved of the API's answers.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseWorkspaceText } from "../../catalog/workspace-text.ts";
import type { ExportFile } from "../../migration/import-workspace.ts";

export interface ReadFiles {
  readonly files: readonly ExportFile[];
  /** What could not be read, and why. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
}

/** Folders are read with all that lies in them, in the order of names; other files than JSON are left. */
export function readExportFiles(paths: readonly string[]): ReadFiles {
  const files: ExportFile[] = [];
  const unreadable: { file: string; reason: string }[] = [];
  for (const { path, name } of paths.flatMap(filesOf)) {
    const read = readOne(path);
    if ("value" in read) files.push({ name, value: read.value });
    else unreadable.push({ file: name, reason: read.reason });
  }
  return { files, unreadable };
}

interface NamedFile {
  readonly path: string;
  /** As notes call it: below the folder that was given. */
  readonly name: string;
}

function filesOf(path: string): readonly NamedFile[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return [{ path, name: path }];
  }
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.json$/i.test(name))
    .toSorted()
    .map((name) => ({ path: join(path, name), name }));
}

function readOne(path: string): { readonly value: unknown } | { readonly reason: string } {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return { reason: "The file cannot be read." };
  }
  const parsed = parseWorkspaceText(text, "json");
  if (parsed.ok) return { value: parsed.value };
  return { reason: parsed.error.map(({ message }) => message).join(" ") };
}
