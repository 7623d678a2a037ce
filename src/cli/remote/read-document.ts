import { readFile } from "node:fs/promises";
import { parseWorkspaceText } from "../../catalog/workspace-text.ts";
import { faultyDocument, type RunOutcome, wronglyStarted } from "../../config/run-outcome.ts";
import { err, ok, type Result } from "../../model/result.ts";

/** A workspace file, JSON or YAML by its name, as JSON text. */
export async function readDocument(path: string): Promise<Result<string, RunOutcome>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    const message = "Expected a file that can be read.";
    return err(wronglyStarted([{ where: path, code: "E_FILE", message }]));
  }
  const parsed = parseWorkspaceText(text, /\.ya?ml$/i.test(path) ? "yaml" : "json");
  return parsed.ok ? ok(JSON.stringify(parsed.value)) : err(faultyDocument(path, parsed.error));
}
