// Commands that ask a running node: `export`, `plan` and `apply` of all definitions, `visitor`, and `explain`.

import {
  faultyDocument,
  type RunOutcome,
  STOPPED,
  wronglyStarted,
} from "../../config/run-outcome.ts";
import { printable } from "../lint-lines.ts";
import { askNode, refused } from "./ask-node.ts";
import { runPlan } from "./plan-command.ts";
import { readDocument } from "./read-document.ts";
import { type RemoteOptions, type RemoteSyntax, readRemoteOptions } from "./remote-options.ts";

export type RemoteCommand = "export" | "plan" | "apply" | "visitor" | "explain";

export interface RemoteLine {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  print(text: string): void;
}

const VISITOR = ["partner", "uuid", "mid", "data-source", "id"];

const SYNTAX: Readonly<Record<RemoteCommand, RemoteSyntax>> = {
  export: { values: [], flags: [], operand: null },
  plan: { values: [], flags: ["json", "no-counts"], operand: "FILE" },
  apply: { values: [], flags: [], operand: "FILE" },
  visitor: { values: VISITOR, flags: [], operand: null },
  explain: { values: [...VISITOR, "segment", "trait", "at"], flags: ["json"], operand: null },
};

/** Names of options as the management plane spells them. */
const QUERY_NAMES: Readonly<Record<string, string>> = {
  ...{ uuid: "uuid", mid: "mid", "data-source": "dataSourceId", id: "id" },
  ...{ segment: "segment", trait: "trait", at: "at" },
};

/**
 * Exit codes: 0 done, 1 the node could not be reached or could not do it, 2 wrongly asked; 3 of `plan`: there is
 * something to apply.
 */
export async function runRemote(command: RemoteCommand, line: RemoteLine): Promise<RunOutcome> {
  const options = readRemoteOptions(line.args, line.environment, SYNTAX[command]);
  if (!options.ok) return wronglyStarted(options.error);
  switch (command) {
    case "export":
      return exportWorkspace(options.value, line);
    case "plan":
      return runPlan(options.value, line);
    case "apply":
      return applyWorkspace(options.value, line);
    case "visitor":
      return askAboutVisitor(options.value, "", (answer) => line.print(indented(answer)));
    case "explain":
      return askAboutVisitor(options.value, "/explain", (answer) => {
        line.print(options.value.flags.has("json") ? indented(answer) : reasons(answer));
      });
  }
}

async function exportWorkspace({ node }: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const answer = await askNode(node, {
    ...{ method: "GET", path: "/v1/workspace", gives: ["partners", "traits", "segments"] },
  });
  if (!answer.ok) return refused(answer.error);
  line.print(indented(answer.value));
  return STOPPED;
}

async function applyWorkspace(
  { node, operands }: RemoteOptions,
  line: RemoteLine,
): Promise<RunOutcome> {
  const [path = ""] = operands;
  const document = await readDocument(path);
  if (!document.ok) return document.error;
  const json = document.value;
  const answer = await askNode(node, {
    ...{ method: "PUT", path: "/v1/workspace", json, gives: ["revision", "changes"] },
  });
  if (answer.ok) {
    line.print(`${JSON.stringify(answer.value)}\n`);
    return STOPPED;
  }
  const { faults } = answer.error;
  return faults.length > 0 ? faultyDocument(path, faults) : refused(answer.error);
}

async function askAboutVisitor(
  { node, values }: RemoteOptions,
  what: "" | "/explain",
  show: (answer: unknown) => void,
): Promise<RunOutcome> {
  const pid = values.get("partner");
  if (pid === undefined) {
    const message = "Expected a partner's ID: --partner PID.";
    return wronglyStarted([{ where: "--partner", code: "E_VALUE", message }]);
  }
  const query = new URLSearchParams();
  for (const [option, value] of values) {
    const name = QUERY_NAMES[option];
    if (name !== undefined) query.set(name, value);
  }
  const path = `/v1/partners/${encodeURIComponent(pid)}/visitors${what}?${query}`;
  const gives = what === "" ? ["profiles", "links"] : ["member", "proof"];
  const answer = await askNode(node, { method: "GET", path, gives });
  if (!answer.ok) return refused(answer.error);
  show(answer.value);
  return STOPPED;
}

function indented(answer: unknown): string {
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** The answer in one word, then why, a line for each reason. */
function reasons(answer: unknown): string {
  const { member, proof } = Object(answer);
  const summary: unknown = Object(proof).summary;
  const lines = Array.isArray(summary) ? summary.map((each) => printable(String(each))) : [];
  return `${[member === true ? "yes" : "no", ...lines].join("\n")}\n`;
}
