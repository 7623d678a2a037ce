// The arguments of commands that work on files, read by the table of commands, and the files themselves.

import { readFile } from "node:fs/promises";
import type { Workspace } from "@dunlin/contract/workspace";
import type { ReadWorkspace } from "../catalog/read-workspace.ts";
import { readWorkspaceFile, type WorkspaceFormat } from "../catalog/workspace-text.ts";
import type { ConfigFault } from "../config/read-config.ts";
import { faultyDocument, type RunOutcome, wronglyStarted } from "../config/run-outcome.ts";
import { err, invariant, ok, type Result } from "../model/result.ts";
import { commandNamed } from "./commands.ts";
import { type Gathered, gatherArguments } from "./gather-arguments.ts";

/** Options and operands as the command's row in the table wants them. */
export function readLocalOptions(
  command: string,
  args: readonly string[],
): Result<Gathered, readonly ConfigFault[]> {
  const syntax = commandNamed(command);
  invariant(syntax !== null, `the command ${command} is in the table`);
  const { options, operand } = syntax;
  const namesOf = (isFlag: boolean): string[] =>
    options.filter(({ placeholder }) => (placeholder === null) === isFlag).map(({ name }) => name);
  const gathered = gatherArguments(args, { values: namesOf(false), flags: namesOf(true) });
  const { faults, operands } = gathered;
  if (operand !== null && operands.length === 0) {
    const count = operand.isRepeated === true ? "at least one" : "one";
    const message = `Expected ${count} ${operand.placeholder}.`;
    faults.push({ where: operand.placeholder, code: "E_VALUE", message });
  }
  if (operand !== null && operand.isRepeated !== true && operands.length > 1) {
    const message = `Expected one ${operand.placeholder}.`;
    faults.push({ where: operands[1] ?? "", code: "E_VALUE", message });
  }
  for (const { name, completes } of options) {
    const value = gathered.values.get(name);
    if (value === undefined || typeof completes === "string" || completes.includes(value)) continue;
    const message = `Expected one of ${completes.join(", ")}.`;
    faults.push({ where: `--${name}`, code: "E_VALUE", message });
  }
  return faults.length > 0 ? err(faults) : ok(gathered);
}

/** A file's text, or how a run ends without it. */
export async function readTextFile(path: string): Promise<Result<string, RunOutcome>> {
  const refuse = (message: string) =>
    err(wronglyStarted([{ where: path, code: "E_FILE", message }]));
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    return refuse("Expected a file that can be read.");
  }
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse("Expected a text in UTF-8.");
  }
}

export function formatOf(path: string): WorkspaceFormat {
  return /\.ya?ml$/i.test(path) ? "yaml" : "json";
}

export async function readWorkspaceAt(path: string): Promise<Result<ReadWorkspace, RunOutcome>> {
  const text = await readTextFile(path);
  if (!text.ok) return text;
  const read = readWorkspaceFile(text.value, formatOf(path));
  return read.ok ? read : err(faultyDocument(path, read.error));
}

/** What a JSON pointer of a workspace that was read leads to. */
export function valueAt(workspace: Workspace, pointer: string): unknown {
  let value: unknown = workspace;
  for (const step of pointer.split("/").slice(1)) value = Reflect.get(Object(value), step);
  return value;
}
