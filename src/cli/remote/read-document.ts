import { parseWorkspaceText } from "../../catalog/workspace-text.ts";
import { faultyDocument, type RunOutcome } from "../../config/run-outcome.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { formatOf, readTextFile } from "../read-local-options.ts";

/** A workspace file, JSON or YAML by its name, as JSON text. */
export async function readDocument(path: string): Promise<Result<string, RunOutcome>> {
  const text = await readTextFile(path);
  if (!text.ok) return text;
  const parsed = parseWorkspaceText(text.value, formatOf(path));
  return parsed.ok ? ok(JSON.stringify(parsed.value)) : err(faultyDocument(path, parsed.error));
}
