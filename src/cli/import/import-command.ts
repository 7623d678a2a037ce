// `dunlin import`: what the management API of the incumbent answered becomes a workspace. Standard error says
// what could not come along.

import { writeFileSync } from "node:fs";
import { CATALOG_LIMITS } from "../../catalog/limits.ts";
import { printWorkspace } from "../../catalog/print-workspace.ts";
import { printWorkspaceText } from "../../catalog/workspace-text.ts";
import { type RunOutcome, wronglyStarted } from "../../config/run-outcome.ts";
import {
  type ImportedWorkspace,
  type ImportNote,
  importWorkspace,
  noteLine,
} from "../../migration/import-workspace.ts";
import { formatOf, readWorkspaceAt } from "../read-local-options.ts";
import { type ImportOptions, readImportOptions } from "./import-options.ts";
import { readExportFiles } from "./read-export-files.ts";

/** Exit codes: 0 all came along, 1 some did not, 2 nothing was written. */
export async function runImport(
  args: readonly string[],
  print: (text: string) => void,
): Promise<RunOutcome> {
  const options = readImportOptions(args);
  if (!options.ok) return wronglyStarted(options.error);
  const { paths, merge, out, json } = options.value;
  const base = merge === null ? null : await readWorkspaceAt(merge);
  if (base?.ok === false) return base.error;
  const { files, unreadable } = readExportFiles(paths);
  const notRead = unreadable.map(({ file, reason }): ImportNote => {
    return { kind: "lost", file, object: "", keys: [], reason, count: 1 };
  });
  const imported = importWorkspace({
    ...options.value,
    files,
    base: base?.value.workspace ?? null,
  });
  if (!imported.ok) {
    const { faults, notes } = imported.error;
    const lines = faults.map(({ where, message }) => `${where || "import"}: ${message}`);
    return { exitCode: 2, lines: [...[...notRead, ...notes].map(noteLine), ...lines] };
  }
  const notes = [...notRead, ...imported.value.notes];
  const format = formatOf(out ?? "");
  const text = printWorkspaceText(printWorkspace(imported.value.workspace), format);
  if (format === "yaml" && text.length > CATALOG_LIMITS.yamlCharacters) {
    const message = `As YAML it has ${text.length} characters, more than a node reads; expected a name that ends in .json.`;
    return wronglyStarted([{ where: "--out", code: "E_VALUE", message }]);
  }
  if (out === null) print(text);
  else {
    const fault = write(out, text);
    if (fault !== null) return wronglyStarted([fault]);
  }
  const exitCode = notes.some(({ kind }) => kind === "lost") ? 1 : 0;
  const report = { ...imported.value, notes };
  if (!json) return { exitCode, lines: linesOf(report, options.value) };
  print(
    `${JSON.stringify({ counts: report.counts, notes, warnings: report.warnings }, null, 2)}\n`,
  );
  return { exitCode, lines: [] };
}

function write(path: string, text: string) {
  try {
    writeFileSync(path, text);
    return null;
  } catch {
    return {
      where: path,
      code: "E_FILE",
      message: "Expected a file that can be written.",
    } as const;
  }
}

function linesOf(report: ImportedWorkspace, { out }: ImportOptions): readonly string[] {
  const counts = Object.entries(report.counts).map(([list, count]) => `${list} ${count}`);
  const lost = report.notes.filter(({ kind }) => kind === "lost").length;
  return [
    ...report.notes.map(noteLine),
    ...report.warnings.map(({ at, code, message }) => `${at}: ${code}: ${message}`),
    `Imported ${counts.join(", ")}${out === null ? "" : ` to ${out}`}; ${lost} notes of losses.`,
  ];
}
