// `dunlin plan`: what `apply` would change, with the visitors that each change brings into segments and takes out.

import {
  couldNotStart,
  faultyDocument,
  type RunOutcome,
  STOPPED,
} from "../../config/run-outcome.ts";
import { askForLines, refused } from "./ask-node.ts";
import { planText, readPlan } from "./plan-text.ts";
import { readDocument } from "./read-document.ts";
import type { RemoteLine } from "./remote-commands.ts";
import type { RemoteOptions } from "./remote-options.ts";

const BAR_CELLS = 30;

/** Exit codes: 0 nothing to change, 3 changes; 1 and 2 as of all commands that ask a node. */
export async function runPlan(
  { node, operands, flags }: RemoteOptions,
  line: RemoteLine,
): Promise<RunOutcome> {
  const [path = ""] = operands;
  const document = await readDocument(path);
  if (!document.ok) return document.error;
  const query = flags.has("no-counts") ? "?estimate=false" : "";
  const answer = await askForLines(
    node,
    { method: "POST", path: `/v1/workspace/plan${query}`, json: document.value },
    showProgress,
  );
  hideProgress();
  if (!answer.ok) {
    const { faults } = answer.error;
    return faults.length > 0 ? faultyDocument(path, faults) : refused(answer.error);
  }
  const { kind, ...whole } = Object(answer.value);
  if (kind !== "plan") return couldNotStart(`${node.url}: what answers there gave no plan.`);
  const plan = readPlan(answer.value);
  line.print(flags.has("json") ? `${JSON.stringify(whole, null, 2)}\n` : planText(plan));
  return plan.isEmpty ? STOPPED : { exitCode: 3, lines: [] };
}

/** Only where somebody looks: a bar in a log helps nobody. */
function showProgress(news: unknown): void {
  const share: unknown = Object(news).share;
  if (!process.stderr.isTTY || typeof share !== "number") return;
  const full = Math.round(share * BAR_CELLS);
  const bar = "=".repeat(full).padEnd(BAR_CELLS);
  process.stderr.write(`\rCounting visitors [${bar}] ${Math.floor(share * 100)} %`);
}

function hideProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
}
