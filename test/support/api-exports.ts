// Exports of the incumbent: the sample of cases/migration, and imports of a few objects, for tests.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ExportFile,
  type ImportedWorkspace,
  type ImportRequest,
  importWorkspace,
} from "../../src/migration/import-workspace.ts";

export const CASES = fileURLToPath(new URL("../../cases/migration/", import.meta.url));

export const ACME = {
  ...{ pid: 1794, alias: "acme", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg", base: null },
} as const;

export function sampleFiles(): ExportFile[] {
  const folder = join(CASES, "export");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => ({ name, value: JSON.parse(readFileSync(join(folder, name), "utf8")) }));
}

/** Files by name; throws where nothing could be imported. */
export function imported(
  files: Readonly<Record<string, unknown>>,
  request: Partial<ImportRequest> = {},
): ImportedWorkspace {
  const named = Object.entries(files).map(([name, value]) => ({ name, value }));
  const outcome = importWorkspace({ ...ACME, ...request, files: named });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

/** What is said of the kind, as lines. */
export function said({ notes }: Pick<ImportedWorkspace, "notes">, kind: string): string[] {
  return notes
    .filter((note) => note.kind === kind)
    .map(({ file, object, keys, reason }) => `${file}|${object}|${keys.join(",")}|${reason}`);
}

export const A_SOURCE = { dataSourceId: 5, pid: 1794, name: "Site", idType: "COOKIE" };

export function apiTrait(sid: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    ...{ sid, pid: 1794, dataSourceId: 5, name: `Trait ${sid}`, traitType: "RULE_BASED_TRAIT" },
    ...{ folderId: 0, traitRule: `k == "${sid}"`, ...more },
  };
}

export function apiSegment(sid: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    ...{ sid, pid: 1794, dataSourceId: 5, name: `Segment ${sid}`, segmentRule: "1T" },
    ...{ folderId: 0, ...more },
  };
}
