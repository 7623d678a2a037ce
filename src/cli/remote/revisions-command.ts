// `dunlin revisions list`, `show`, `diff` and `restore`.

import { type RunOutcome, STOPPED } from "../../config/run-outcome.ts";
import {
  ask,
  objectsOf,
  printJson,
  printTable,
  runVerb,
  timeOf,
  type Verb,
} from "./access-verbs.ts";
import { changedObjectLines, readPlan } from "./plan-text.ts";
import type { RemoteLine } from "./remote-commands.ts";
import type { RemoteOptions } from "./remote-options.ts";

const BASE = "/v1/revisions";

const VERBS: Readonly<Record<string, Verb>> = {
  list: { syntax: { values: [], flags: ["json"], operand: null }, run: listRevisions },
  show: { syntax: { values: [], flags: ["json"], operand: "REVISION" }, run: showRevision },
  diff: {
    syntax: { values: [], flags: ["json"], operand: "REVISION", operandCount: 2 },
    run: compareRevisions,
  },
  restore: { syntax: { values: [], flags: ["json"], operand: "REVISION" }, run: restoreRevision },
};

/** Without a verb they are listed. */
export function runRevisions(line: RemoteLine): Promise<RunOutcome> {
  const [first] = line.args;
  const isVerb = first !== undefined && !first.startsWith("--");
  const args = isVerb ? line.args : ["list", ...line.args];
  return runVerb("revisions", VERBS, { ...line, args, print: (text) => line.print(text) });
}

async function listRevisions(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const listed = await ask(options, { method: "GET", path: BASE, gives: "list" });
  if (!listed.ok) return listed.error;
  if (options.flags.has("json")) return printJson(line, listed.value);
  const rows = objectsOf(listed.value).map(({ revision, at, by, note }) => [
    ...[revision, timeOf(at), by, note],
  ]);
  return printTable(line, ["revision", "at", "by", "note"], rows);
}

/** The document alone: it can be applied, or kept as a file. */
async function showRevision(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const found = await ask(options, {
    ...{ method: "GET", path: pathOf(options), gives: ["revision", "document"] },
  });
  if (!found.ok) return found.error;
  return printJson(line, options.flags.has("json") ? found.value : Object(found.value).document);
}

async function compareRevisions(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const other = encodeURIComponent(options.operands[1] ?? "");
  const path = `${pathOf(options)}/diff/${other}`;
  const diff = await ask(options, { method: "GET", path, gives: ["changes"] });
  if (!diff.ok) return diff.error;
  if (options.flags.has("json")) return printJson(line, diff.value);
  const lines = changedObjectLines(readPlan(diff.value));
  line.print(`${(lines.length === 0 ? ["They are the same."] : lines).join("\n")}\n`);
  return STOPPED;
}

async function restoreRevision(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const path = `${pathOf(options)}/restore`;
  const restored = await ask(options, { method: "POST", path, gives: ["revision"] });
  if (!restored.ok) return restored.error;
  line.print(`${JSON.stringify(restored.value)}\n`);
  return STOPPED;
}

function pathOf({ operands }: RemoteOptions): string {
  return `${BASE}/${encodeURIComponent(operands[0] ?? "")}`;
}
