// `dunlin lint`: what is odd about the definitions in a file, as lines for people or as JSON.

import type { Workspace } from "@dunlin/contract/workspace";
import { parseWorkspaceText } from "../catalog/workspace-text.ts";
import { type RunOutcome, wronglyStarted } from "../config/run-outcome.ts";
import { type Evidence, NO_EVIDENCE, readEvidence } from "../lint/evidence.ts";
import { DEFAULT_MAX_COST, type Finding, lintWorkspace } from "../lint/lint-workspace.ts";
import { err, ok, type Result } from "../model/result.ts";
import { outcomeAt, printable, ruleLines, sumLine } from "./lint-lines.ts";
import {
  formatOf,
  readLocalOptions,
  readTextFile,
  readWorkspaceAt,
  valueAt,
} from "./read-local-options.ts";

/** A finding, or a warning of reading. */
type Said = Omit<Finding, "code"> & { readonly code: string };

export async function runLint(
  args: readonly string[],
  print: (text: string) => void,
): Promise<RunOutcome> {
  const options = readLocalOptions("lint", args);
  if (!options.ok) return wronglyStarted(options.error);
  const { values, flags, operands } = options.value;
  const costText = values.get("max-cost") ?? String(DEFAULT_MAX_COST);
  if (!/^[0-9]{1,9}$/.test(costText)) {
    const message = "Expected a whole number.";
    return wronglyStarted([{ where: "--max-cost", code: "E_VALUE", message }]);
  }
  if (values.has("partner")) {
    const message = "Expected it with --node: of a file all partners are looked at.";
    return wronglyStarted([{ where: "--partner", code: "E_VALUE", message }]);
  }
  const evidence = await readEvidenceAt(values.get("evidence"));
  if (!evidence.ok) return evidence.error;
  const [path = ""] = operands;
  const read = await readWorkspaceAt(path);
  if (!read.ok) return read.error;

  const { workspace, warnings } = read.value;
  const said: Said[] = [
    ...warnings.map((one): Said => ({ ...one, severity: "warning", related: [] })),
    ...lintWorkspace(workspace, { evidence: evidence.value, maxCost: Number(costText) }),
  ];
  const counts = { warning: countOf(said, "warning"), note: countOf(said, "note") };
  if (flags.has("json")) {
    const whole = { file: path, warnings: counts.warning, notes: counts.note, findings: said };
    print(`${JSON.stringify(whole, null, 2)}\n`);
  } else {
    for (const one of said) print(`${linesOf(path, one, workspace).join("\n")}\n`);
    print(sumLine(counts.warning, counts.note));
  }
  return outcomeAt(values.get("fail-on"), counts.warning, counts.note);
}

async function readEvidenceAt(path: string | undefined): Promise<Result<Evidence, RunOutcome>> {
  if (path === undefined) return ok(NO_EVIDENCE);
  const text = await readTextFile(path);
  if (!text.ok) return text;
  const parsed = parseWorkspaceText(text.value, formatOf(path));
  const read = parsed.ok ? readEvidence(parsed.value) : err(parsed.error[0]?.message ?? "");
  if (read.ok) return read;
  return err({ exitCode: 2, lines: [`${path}: ${read.error}`] });
}

function countOf(said: readonly Said[], severity: Said["severity"]): number {
  return said.filter((one) => one.severity === severity).length;
}

/** Where, what and why; whose it is; the rule with the place in it; what else is meant. */
function linesOf(path: string, said: Said, workspace: Workspace): string[] {
  const { at, code, severity, message, related, column } = said;
  const place = column === undefined ? "" : `, column ${column}`;
  const lines = [`${path}: ${at === "" ? "/" : at}${place}: ${severity} ${code}: ${message}`];
  const owner = describe(at, workspace);
  if (owner !== null) lines.push(`    ${owner}`);
  const rule = valueAt(workspace, at);
  if (typeof rule === "string" && /Rule$/.test(at)) lines.push(...ruleLines(rule, column));
  for (const other of related) {
    const what = describe(other, workspace);
    lines.push(`    see ${other}${what === null ? "" : `: ${what}`}`);
  }
  return lines;
}

/** `trait 5001 "Any page view"` for a place in it; null for one in no trait, segment or destination. */
function describe(at: string, workspace: Workspace): string | null {
  const [, list = "", index = ""] = at.split("/");
  const { sid, destinationId, name } = Object(valueAt(workspace, `/${list}/${index}`));
  if (index === "" || typeof name !== "string") return null;
  const what = list.replace(/s$/, "");
  return `${what} ${sid ?? destinationId ?? ""} "${printable(name)}"`;
}
