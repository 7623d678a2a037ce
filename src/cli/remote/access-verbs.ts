// What `dunlin token`, `user` and `revisions` have in common: a verb, what it is about, and a call of the node.

import { type RunOutcome, STOPPED, wronglyStarted } from "../../config/run-outcome.ts";
import { err, type Result } from "../../model/result.ts";
import { askNode, type Question, refused } from "./ask-node.ts";
import type { RemoteLine } from "./remote-commands.ts";
import { type RemoteOptions, type RemoteSyntax, readRemoteOptions } from "./remote-options.ts";

export interface Verb {
  readonly syntax: RemoteSyntax;
  run(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome>;
}

/** Carries out the verb that the first argument names. */
export async function runVerb(
  command: "token" | "user" | "revisions",
  verbs: Readonly<Record<string, Verb>>,
  line: RemoteLine,
): Promise<RunOutcome> {
  const [name = "", ...args] = line.args;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    const message = `Expected one of ${Object.keys(verbs).join(", ")} after ${command}.`;
    return wronglyStarted([{ where: name || command, code: "E_VALUE", message }]);
  }
  const options = readRemoteOptions(args, line.environment, verb.syntax);
  return options.ok ? verb.run(options.value, line) : wronglyStarted(options.error);
}

/** The answer as JSON, or how the command ends without one. */
export async function ask(
  { node }: RemoteOptions,
  question: Omit<Question, "json"> & { readonly body?: unknown },
): Promise<Result<unknown, RunOutcome>> {
  const { method, path, gives, body } = question;
  const json = body === undefined ? {} : { json: JSON.stringify(body) };
  const answer = await askNode(node, { method, path, gives, ...json });
  return answer.ok ? answer : err(refused(answer.error));
}

/** With the partner that `--partner` names. */
export function pathOf(path: string, { values }: RemoteOptions): string {
  const pid = values.get("partner");
  return pid === undefined ? path : `${path}?pid=${encodeURIComponent(pid)}`;
}

/** Columns of texts; `null` is a dash. */
export function printTable(
  line: RemoteLine,
  heads: readonly string[],
  rows: readonly (readonly unknown[])[],
): RunOutcome {
  const texts = [heads, ...rows.map((row) => row.map((cell) => String(cell ?? "-")))];
  const widths = heads.map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of texts) {
    const cells = row.map((cell, column) => printable(cell).padEnd(widths[column] ?? 0));
    line.print(`${cells.join("  ").trimEnd()}\n`);
  }
  return STOPPED;
}

export function printJson(line: RemoteLine, answer: unknown): RunOutcome {
  line.print(`${JSON.stringify(answer, null, 2)}\n`);
  return STOPPED;
}

export function wrongly(where: string, message: string): RunOutcome {
  return wronglyStarted([{ where, code: "E_VALUE", message }]);
}

const ROLES = ["viewer", "editor", "administrator"];

/** Null where `--role` and `--installation` say what somebody may, and do not contradict each other. */
export function wrongRights({ values, flags }: RemoteOptions): RunOutcome | null {
  const role = values.get("role");
  if (role === undefined) return null;
  if (!ROLES.includes(role)) return wrongly("--role", `Expected one of ${ROLES.join(", ")}.`);
  if (!flags.has("installation")) return null;
  return wrongly("--role", "Expected either --role or --installation, which allows everything.");
}

/** Names may hold what moves a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

/** What of an answer is a list of objects; nothing where it is none. */
export function objectsOf(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(answer) ? answer.map((each) => Object(each)) : [];
}

/** Such as `administrator 1957, viewer 1958`. */
export function rightsOf(shown: Readonly<Record<string, unknown>>): string {
  if (shown["isInstallationAdministrator"] === true) return "installation";
  const own = shown["isAdmin"] === true ? [`administrator ${shown["pid"]}`] : [];
  const roles = objectsOf(shown["roles"]).map(({ role, pid }) => `${role} ${pid}`);
  return [...own, ...roles].join(", ") || "-";
}

/** The last moment that there is a date for. */
const LAST_TIME = 8.64e15;

export function timeOf(value: unknown): string | null {
  return typeof value === "number" && Math.abs(value) <= LAST_TIME
    ? new Date(value).toISOString()
    : null;
}
