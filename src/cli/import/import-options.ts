// The options of `import`: whose definitions they are, where they go, and the files.

import type { ConfigFault } from "../../config/read-config.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { readLocalOptions } from "../read-local-options.ts";

export interface ImportOptions {
  /** Files, and folders of files. */
  readonly paths: readonly string[];
  readonly pid: number | null;
  readonly alias: string | null;
  readonly orgId: string | null;
  /** Null: standard output. */
  readonly out: string | null;
  /** A workspace that the import becomes part of. */
  readonly merge: string | null;
  readonly json: boolean;
}

export function readImportOptions(
  args: readonly string[],
): Result<ImportOptions, readonly ConfigFault[]> {
  const read = readLocalOptions("import", args);
  if (!read.ok) return read;
  const { values, flags, operands: paths } = read.value;
  const pid = readPid(values.get("pid"));
  const out = values.get("out") ?? null;
  const json = flags.has("json");
  const faults: ConfigFault[] = [];
  if (pid === undefined) {
    const message = "Expected the partner's ID, a positive integer.";
    faults.push({ where: "--pid", code: "E_VALUE", message });
  }
  if (json && out === null) {
    const message = "Expected --out FILE as well: standard output is for the report.";
    faults.push({ where: "--json", code: "E_VALUE", message });
  }
  if (pid === undefined || faults.length > 0) return err(faults);
  const merge = values.get("merge") ?? null;
  const [alias, orgId] = [values.get("alias") ?? null, values.get("org") ?? null];
  return ok({ paths, pid, alias, orgId, out, merge, json });
}

/** Null where none is given, undefined where it is none. */
function readPid(written: string | undefined): number | null | undefined {
  if (written === undefined) return null;
  const pid = /^\d{1,15}$/.test(written) ? Number(written) : 0;
  return pid > 0 ? pid : undefined;
}
