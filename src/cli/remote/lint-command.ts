// `dunlin lint` with a node: what is odd about what it serves, or about a file, with what the node has seen.

import type { Environment } from "../../config/read-config.ts";
import { faultyDocument, type RunOutcome, wronglyStarted } from "../../config/run-outcome.ts";
import { gatherArguments } from "../gather-arguments.ts";
import { outcomeAt, printable, ruleLines, sumLine } from "../lint-lines.ts";
import { timeOf } from "./access-verbs.ts";
import { askNode, refused } from "./ask-node.ts";
import { readDocument } from "./read-document.ts";
import type { RemoteLine } from "./remote-commands.ts";
import { readRemoteOptions } from "./remote-options.ts";

const LEVELS = ["warning", "note", "never"];
const OWN = { values: ["max-cost", "fail-on", "partner"], flags: ["json"] };
const KNOWN = { values: [...OWN.values, "evidence", "node", "token"], flags: OWN.flags };

/** Where a node is named, or no file is and a node is known. */
export function asksNode(args: readonly string[], environment: Environment): boolean {
  const { values, operands } = gatherArguments(args, KNOWN);
  return values.has("node") || (operands.length === 0 && Boolean(environment["DUNLIN_NODE"]));
}

/** Exit codes: 0 nothing at or above the level, 1 something, or the node could not do it, 2 wrongly asked. */
export async function runNodeLint(line: RemoteLine): Promise<RunOutcome> {
  const { operands } = gatherArguments(line.args, KNOWN);
  const [path = null] = operands;
  const syntax = { ...OWN, operand: path === null ? null : "FILE" };
  const options = readRemoteOptions(line.args, line.environment, syntax);
  if (!options.ok) return wronglyStarted(options.error);
  const { node, values, flags } = options.value;
  const level = values.get("fail-on");
  if (level !== undefined && !LEVELS.includes(level)) {
    const message = `Expected one of ${LEVELS.join(", ")}.`;
    return wronglyStarted([{ where: "--fail-on", code: "E_VALUE", message }]);
  }
  const document = path === null ? null : await readDocument(path);
  if (document !== null && !document.ok) return document.error;
  const answer = await askNode(node, {
    method: document === null ? "GET" : "POST",
    path: `/v1/lint${queryOf(values)}`,
    gives: ["findings", "warnings", "notes", "evidence"],
    ...(document !== null && { json: document.value }),
  });
  if (!answer.ok) {
    const { faults } = answer.error;
    const isOfFile = path !== null && faults.length > 0;
    return isOfFile ? faultyDocument(path, faults) : refused(answer.error);
  }
  const report = answer.value;
  const { warnings, notes } = Object(report);
  if (flags.has("json")) line.print(`${JSON.stringify(report, null, 2)}\n`);
  else printReport(report, path ?? node.url, line);
  return outcomeAt(level, Number(warnings), Number(notes));
}

function queryOf(values: ReadonlyMap<string, string>): string {
  const query = new URLSearchParams();
  for (const [option, name] of [
    ["partner", "pid"],
    ["max-cost", "maxCost"],
  ] as const) {
    const value = values.get(option);
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? "" : `?${query}`;
}

function printReport(report: unknown, where: string, { print }: RemoteLine): void {
  const { findings, warnings, notes, evidence } = Object(report);
  for (const one of Array.isArray(findings) ? findings : []) {
    print(`${findingLines(Object(one), where).map(printable).join("\n")}\n`);
  }
  print(`${evidenceLine(Object(evidence))}\n`);
  print(sumLine(Number(warnings), Number(notes)));
}

/** Where, what and why; whose it is; the rule with the place in it; what else is meant. */
function findingLines(found: Readonly<Record<string, unknown>>, where: string): string[] {
  const { at, code, severity, message, name, rule, column, related } = found;
  const place = typeof column === "number" ? `, column ${column}` : "";
  const lines = [`${where}: ${at === "" ? "/" : at}${place}: ${severity} ${code}: ${message}`];
  if (typeof name === "string") lines.push(`    "${printable(name)}"`);
  if (typeof rule === "string") {
    lines.push(...ruleLines(rule, typeof column === "number" ? column : undefined));
  }
  for (const other of Array.isArray(related) ? related : []) {
    const { at: otherAt, name: otherName } = Object(other);
    const what = typeof otherName === "string" ? `: "${printable(otherName)}"` : "";
    lines.push(`    see ${otherAt}${what}`);
  }
  return lines;
}

/** What the findings rest on. */
function evidenceLine({ keys, realizations }: Readonly<Record<string, unknown>>): string {
  const { calls, since } = Object(keys);
  const byCalls =
    typeof calls === "number"
      ? `keys of ${calls} calls since ${timeOf(since) ?? "?"}`
      : "no keys: too few calls were seen";
  const { at } = Object(realizations);
  const byProfiles =
    typeof at === "number"
      ? `profiles as of ${timeOf(at) ?? "?"}`
      : "no profiles: they are being counted";
  return `Seen: ${byCalls}; ${byProfiles}.`;
}
