// `dunlin test`: cases for rules, run against the definitions in a file.

import type { Workspace } from "@dunlin/contract/workspace";
import { parseWorkspaceText } from "../catalog/workspace-text.ts";
import { documentLine, type RunOutcome, STOPPED, wronglyStarted } from "../config/run-outcome.ts";
import { err, ok, type Result } from "../model/result.ts";
import {
  type CaseFailure,
  type CaseResult,
  type RuleCase,
  readCases,
  runRuleCases,
} from "../rule-tests/rule-tests.ts";
import { formatOf, readLocalOptions, readTextFile, readWorkspaceAt } from "./read-local-options.ts";

interface FileResult extends CaseResult {
  readonly file: string;
}

export async function runRuleTests(
  args: readonly string[],
  print: (text: string) => void,
): Promise<RunOutcome> {
  const options = readLocalOptions("test", args);
  if (!options.ok) return wronglyStarted(options.error);
  const { values, flags, operands } = options.value;
  const path = values.get("workspace");
  if (path === undefined) {
    const message = "Expected the definitions: --workspace FILE.";
    return wronglyStarted([{ where: "--workspace", code: "E_VALUE", message }]);
  }
  const read = await readWorkspaceAt(path);
  if (!read.ok) return read.error;
  const { workspace } = read.value;
  // All files are read before the first case runs: a faulty one is no failed case.
  const files: { readonly file: string; readonly cases: readonly RuleCase[] }[] = [];
  for (const file of operands) {
    const cases = await readCasesAt(file, workspace);
    if (!cases.ok) return cases.error;
    files.push({ file, cases: cases.value });
  }
  const results: FileResult[] = [];
  for (const { file, cases } of files) {
    for (const result of await runRuleCases(workspace, cases)) results.push({ file, ...result });
  }
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  if (flags.has("json")) {
    print(`${JSON.stringify({ cases: results.length, failed, results }, null, 2)}\n`);
  } else {
    for (const result of results) print(`${linesOf(result).join("\n")}\n`);
    print(`${results.length === 1 ? "1 case" : `${results.length} cases`}, ${failed} failed\n`);
  }
  return failed > 0 ? { exitCode: 1, lines: [] } : STOPPED;
}

async function readCasesAt(
  file: string,
  workspace: Workspace,
): Promise<Result<readonly RuleCase[], RunOutcome>> {
  const text = await readTextFile(file);
  if (!text.ok) return text;
  const parsed = parseWorkspaceText(text.value, formatOf(file));
  const cases = parsed.ok ? readCases(parsed.value, workspace) : parsed;
  if (cases.ok) return ok(cases.value);
  return err({ exitCode: 2, lines: cases.error.map((fault) => documentLine(file, fault)) });
}

function linesOf({ file, name, failures }: FileResult): string[] {
  if (failures.length === 0) return [`ok    ${name}`];
  return [`FAIL  ${name} (${file})`, ...failures.flatMap(failureLines)];
}

function failureLines(failure: CaseFailure): string[] {
  const at = new Date(failure.at).toISOString();
  switch (failure.kind) {
    case "call":
      return [`      the call at ${at} was answered with ${failure.message}`];
    case "trait": {
      const { sid, name, expected, realized } = failure;
      const others = realized.length === 0 ? "none" : realized.join(", ");
      return [
        `      trait ${sid} "${name}": expected ${expected ? "realized" : "not realized"}, got the opposite`,
        `        realized at ${at}: ${others}`,
      ];
    }
    case "segment": {
      const { sid, name, expected, proof } = failure;
      const [wanted, got] = expected ? ["in", "not in"] : ["not in", "in"];
      const why = proof?.summary ?? ["Nothing is known of it."];
      return [
        `      segment ${sid} "${name}" at ${at}: expected ${wanted}, got ${got}`,
        ...why.map((sentence) => `        ${sentence}`),
      ];
    }
  }
}
